// `espalier verify --onnx F --vnnlib P`: the competition's question; one word on the first line, then the witness.
import { accessSync, constants } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Command } from 'commander'
import type { FileAnswer, FileQuestion } from '../../app/verify-file.ts'
import { computeSchema } from '../../contract/compute.ts'
import { EspalierError, toErrorData } from '../../contract/errors.ts'
import { certifyModeSchema, verifierNameSchema, type CertifyMode, type VerifierName } from '../../contract/verdict.ts'
import type { VnncompWord } from '../../io/vnncomp/results.ts'
import { writeWitness } from '../../io/vnncomp/witness.ts'
import type { Context } from '../context.ts'
import { exitCodeOf, exitCodes } from '../exit-codes.ts'
import type { Terminal } from '../terminal.ts'

/** What the flags of `verify` hold when it asks about files. */
interface FileOptions {
  readonly onnx?: string
  readonly vnnlib?: string
  readonly timeout?: string
  readonly witness?: string
  readonly certificate?: string
  readonly certify?: string
  readonly method?: string
  readonly provider?: string
  readonly threads?: string
  readonly memory?: string
  readonly seed?: string
}

const usualSeconds = '60'
/** Left for a question whose time went into starting the process. */
const LEAST_SECONDS = 0.1
/** Least milliseconds between two lines of progress. */
const progressEvery = 200

export function attachFileFlags(command: Command): void {
  command
    .option('--onnx <file>', 'network to verify, with --vnnlib: needs no history; prints sat, unsat, unknown, …')
    .option('--vnnlib <file>', 'property: states the violation, so that sat means a counterexample')
    .option('--timeout <seconds>', `limit for reading and deciding, with --onnx (default ${usualSeconds})`)
    .option('--witness <file>', 'with --onnx: the counterexample goes there')
    .option(
      '--certificate <file>',
      'the proof goes there, for espalier check (.gz: compressed); means --certify always',
    )
}

/** Whether the flags ask about files rather than a model of the history. */
export function asksAboutFiles(command: Command): boolean {
  const { onnx, vnnlib } = command.opts<FileOptions>()
  return onnx !== undefined || vnnlib !== undefined
}

/** 0 for unsat, 1 for sat, 5 for unknown and timeout, the error's own code for error. */
export async function verifyFiles({ terminal }: Context, command: Command): Promise<number> {
  const options = command.opts<FileOptions>()
  const question = readQuestion(options)
  const { failedAnswer, verifyFile } = await import('../../app/verify-file.ts')
  const stop = new AbortController()
  const onSignal = (): void => stop.abort()
  process.once('SIGINT', onSignal)
  process.once('SIGTERM', onSignal)
  try {
    const answer = await verifyFile({ ...question, signal: stop.signal, report: reporter(terminal) })
    if (answer.witness && options.witness !== undefined) await writeFile(options.witness, writeWitness(answer.witness))
    show(terminal, answer, options)
    const written = await writeProof(terminal, answer, options.certificate)
    return stop.signal.aborted ? exitCodes.cancelled : (written ?? exitCodeFor(answer))
  } catch (thrown) {
    const answer = failedAnswer(thrown)
    show(terminal, answer, options)
    return exitCodeFor(answer)
  } finally {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
  }
}

/** Writes the certificate that was asked for, or says why there is none; the exit code where it cannot be written. */
async function writeProof(terminal: Terminal, answer: FileAnswer, path: string | undefined): Promise<number | null> {
  if (path === undefined) return null
  if (answer.certificate === null) {
    const what =
      answer.result === 'unsat' ? `the evidence is ${answer.evidence ?? 'nothing'}` : `it is ${answer.result}`
    terminal.note(`  no certificate: ${what}`)
    return null
  }
  const { writeCertificate } = await import('../../app/certificate-file.ts')
  try {
    const bytes = await writeCertificate(path, answer.certificate)
    terminal.note(`  certificate: ${path} (${bytes} bytes)`)
    return null
  } catch (thrown) {
    // The answer stands, and has been given.
    const error = toErrorData(thrown)
    terminal.explain(error)
    return exitCodeOf(error.code)
  }
}

function readQuestion(options: FileOptions): {
  onnx: string
  vnnlib: string
  seconds: number
  method: VerifierName
  machine: FileQuestion['machine']
  seed?: number
  certify?: CertifyMode
  keepProof: boolean
} {
  const { certificate, certify = certificate === undefined ? 'auto' : 'always' } = options
  const mode = certifyModeSchema.safeParse(certify)
  if (!mode.success) throw usage(`--certify is '${certify}'; there are ${certifyModeSchema.options.join(', ')}`)
  const { onnx, vnnlib, timeout = usualSeconds, method = 'auto', provider = 'cpu', seed } = options
  if (onnx === undefined || vnnlib === undefined) throw usage(`--${onnx === undefined ? 'onnx' : 'vnnlib'} is missing`)
  for (const [name, path] of Object.entries({ certificate, witness: options.witness })) {
    if (path === undefined) continue
    if ([onnx, vnnlib].some((given) => resolve(given) === resolve(path)))
      throw usage(`--${name} is ${path}, which would be overwritten`)
    // Now, and not when the search is over.
    if (!canWriteInto(dirname(path))) throw usage(`--${name} is ${path}, but nothing can be written there`)
  }
  const seconds = Number(timeout)
  if (!(seconds > 0 && seconds < Infinity)) throw usage(`--timeout is '${timeout}'; it must be a number above 0`)
  const name = verifierNameSchema.safeParse(method)
  if (!name.success) throw usage(`--method is '${method}'; there are ${verifierNameSchema.options.join(', ')}`)
  const threads = wholeNumber('threads', options.threads ?? '0')
  return {
    onnx,
    vnnlib,
    // The competition's clock runs since the process began, which is where performance.now() starts.
    seconds: Math.max(LEAST_SECONDS, seconds - performance.now() / 1000),
    method: name.data,
    machine: { provider, threads, memory: readMemory(options.memory ?? '0') },
    ...(seed === undefined ? {} : { seed: wholeNumber('seed', seed) }),
    certify: mode.data,
    keepProof: certificate !== undefined,
  }
}

/** In GiB. */
function readMemory(text: string): number {
  const memory = computeSchema.shape.memory.safeParse(text.trim() === '' ? NaN : Number(text))
  if (memory.success) return memory.data
  throw usage(`--memory is '${text}'; it must be a number of GiB, or 0 for half of the machine`)
}

function canWriteInto(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isInteger(value) && value >= 0) return value
  throw usage(`--${name} is '${text}'; it must be a whole number, 0 or larger`)
}

function usage(problem: string): EspalierError {
  return new EspalierError('cli/usage', `${problem}.`, 'espalier verify --onnx F --vnnlib P --timeout 60')
}

function show(terminal: Terminal, answer: FileAnswer, { witness: file }: FileOptions): void {
  if (terminal.json) {
    const { witness, certificate, error, ...rest } = answer
    const values = witness && { input: Array.from(witness.input), output: Array.from(witness.output) }
    terminal.value({ ...rest, claims: certificate?.claims.length ?? 0, witness: values, ...(error ? { error } : {}) })
  }
  if (answer.witness && file === undefined) terminal.print(writeWitness(answer.witness).trimEnd())
  else terminal.print(answer.result)
  if (answer.error) terminal.explain(answer.error)
  else if (answer.result === 'unknown') terminal.note(`  ${answer.reason ?? ''}`)
}

function exitCodeFor({ result, error }: FileAnswer): number {
  const codes: Readonly<Record<VnncompWord, number>> = {
    unsat: exitCodes.ok,
    sat: exitCodes.falsified,
    unknown: exitCodes.undecided,
    timeout: exitCodes.undecided,
    error: exitCodeOf(error?.code ?? ''),
  }
  return codes[result]
}

function reporter(
  terminal: Terminal,
): (state: { stage: string; seconds: number; lowerBound: number | null; domains: number }) => void {
  let shown = -Infinity
  return ({ stage, seconds, lowerBound, domains }) => {
    if (performance.now() - shown < progressEvery) return
    shown = performance.now()
    const bound = lowerBound === null ? '' : `, bound ${lowerBound.toFixed(3)} (goal > 0)`
    terminal.status(`  ${stage}, ${seconds.toFixed(1)} s, ${domains} domains${bound}`)
  }
}
