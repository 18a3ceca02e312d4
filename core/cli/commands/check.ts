// `espalier check FILE`: proves a certificate again, from the network and the property alone.
import type { Command } from 'commander'
import type { Subject } from '../../app/check-certificate.ts'
import type { Certificate } from '../../certify/certificate.ts'
import { EspalierError } from '../../contract/errors.ts'
import { resolveHome } from '../../home.ts'
import type { Shell } from '../context.ts'
import type { Terminal } from '../terminal.ts'

interface CheckOptions {
  readonly onnx?: string
  readonly vnnlib?: string
  readonly model?: string
  readonly home?: string
}

export function addCheck(program: Command, shell: Shell): void {
  const command = program
    .command('check')
    .argument('<file>', 'certificate that verify --certificate wrote, or a reviewer’s bundle (folder or .zip)')
  command.description(
    'prove a certificate, or all of a bundle, again: in float64 with rounding accounted for, without search or engine',
  )
  command.option('--onnx <file>', 'network it should be about (default: the one it names)')
  command.option('--vnnlib <file>', 'property it should prove (default: the one it names)')
  command.option('--model <id>', 'model of the history it should be about (default: the one it names)')
  shell.define(command, async ({ terminal }) => {
    const options = command.opts<CheckOptions>()
    requireOneSubject(options)
    const { isBundle } = await import('../../app/bundle/read.ts')
    if (await isBundle(command.args[0])) return checkWholeBundle(terminal, command.args[0], options)
    const { readCertificate } = await import('../../app/certificate-file.ts')
    const { checkSubject } = await import('../../app/check-certificate.ts')
    const certificate = await readCertificate(command.args[0])
    const subject = await subjectOf(certificate, options)
    const checked = await checkSubject(certificate, subject, new AbortController().signal, () => undefined)
    const proved = statements(certificate, options)
    terminal.value({ result: 'proved', ...checked, network: certificate.network, proved })
    terminal.print('proved')
    for (const line of proved) terminal.note(`  ${line}`)
    const { claims, leaves, lowerBound, seconds } = checked
    terminal.note(
      `  ${counted(claims, 'problem')} in ${counted(leaves, 'part')}, smallest bound ${lowerBound.toPrecision(3)}, ${seconds.toFixed(1)} s`,
    )
    return undefined
  })
}

/** 0 where every verdict that the bundle can show was shown again. */
async function checkWholeBundle(
  terminal: Terminal,
  path: string,
  { onnx, vnnlib, model }: CheckOptions,
): Promise<undefined> {
  if ([onnx, vnnlib, model].some((given) => given !== undefined))
    throw new EspalierError(
      'cli/usage',
      'A bundle brings its own network and properties.',
      'Leave --onnx, --vnnlib and --model out.',
    )
  const { checkBundle } = await import('../../app/bundle/check.ts')
  const report = await checkBundle(path, new AbortController().signal, (label, what) =>
    terminal.status(`  ${label}: ${what}`),
  )
  terminal.value({ result: 'checked', ...report })
  const { title, instances, proved, replayed, unproved, open, lowerBound, seconds } = report
  terminal.print('checked')
  terminal.note(
    `  ${title}: ${counted(instances, 'instance')}, ${seconds.toFixed(1)} s; files, model, properties and lists fit together`,
  )
  terminal.note(`  ${proved} proved again${lowerBound === null ? '' : `, smallest bound ${lowerBound.toPrecision(3)}`}`)
  terminal.note(`  ${counted(replayed, 'counterexample')} replayed`)
  if (open > 0) terminal.note(`  ${open} undecided: nothing to check`)
  if (unproved.length > 0)
    terminal.note(
      `  ${unproved.length} verified without a certificate in the bundle (${unproved.join(', ')}): run another verifier on them; verify with certify: always and keepProofs: always brings certificates along`,
    )
  return undefined
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

/** @throws EspalierError 'cli/usage' where a model and files are named at once */
function requireOneSubject({ model, onnx, vnnlib }: CheckOptions): void {
  if (model === undefined || (onnx === undefined && vnnlib === undefined)) return
  throw new EspalierError(
    'cli/usage',
    `--model and --${onnx === undefined ? 'vnnlib' : 'onnx'} name different things that a certificate can be about.`,
    'Give --model for a certificate about images, --onnx and --vnnlib for one about files.',
  )
}

/** What was proved, in words: a certificate says itself which images it is about, and how large their balls are. */
function statements({ question, claims }: Certificate, { onnx, vnnlib, model }: CheckOptions): readonly string[] {
  if (question.kind === 'files') return [`${onnx ?? question.onnx}: nothing violates ${vnnlib ?? question.vnnlib}`]
  const indices = new Map<string, number[]>()
  for (const { image } of claims) {
    if (!image) continue
    const { index, target, epsilon, clip } = image
    const ball = `ε ${epsilon}${clip ? '' : ', not clipped'}${target === null ? '' : `, target ${target}`}`
    indices.set(ball, [...(indices.get(ball) ?? []), index])
  }
  return Array.from(indices, ([ball, images]) => `${model ?? question.model}, ${ball}: images ${images.join(', ')}`)
}

/** What the flags name, else what the certificate does. */
async function subjectOf(certificate: Certificate, options: CheckOptions): Promise<Subject> {
  const { onnx, vnnlib, model, home } = options
  const aboutImages = certificate.question.kind === 'images' && onnx === undefined && vnnlib === undefined
  if (model !== undefined || aboutImages) {
    const { subjectOfImages } = await import('../../app/image-certificates.ts')
    return subjectOfImages(resolveHome(home), certificate, model)
  }
  const { subjectOfFiles } = await import('../../app/check-certificate.ts')
  return subjectOfFiles(certificate, options)
}
