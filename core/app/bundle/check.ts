// `espalier check BUNDLE`: every certificate proved again, every witness replayed, everything else derived again and compared.
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { checkCertificate } from '../../certify/check-certificate.ts'
import { malformed } from '../../certify/failure.ts'
import { decodeCertificate } from '../../certify/format.ts'
import { prepareGraph, type Graph } from '../../certify/graph.ts'
import { EspalierError } from '../../contract/errors.ts'
import { mostUnpacked } from '../../io/file.ts'
import { parseWitness } from '../../io/vnncomp/witness.ts'
import { evaluate64 } from '../../nn/index.ts'
import type { Problem } from '../../verify/problem.ts'
import { Replay } from '../../verify/replay.ts'
import { openSubject, type AskedAgain } from './asked.ts'
import { altered } from './failure.ts'
import { bundleFiles, type BundleInstance } from './manifest.ts'
import { instancesText, resultsText } from './questions.ts'
import { withBundle, type OpenBundle } from './read.ts'

export interface BundleReport {
  readonly title: string
  readonly instances: number
  /** Verified instances whose certificate was proved again, and the smallest bound among them (null without any). */
  readonly proved: number
  readonly lowerBound: number | null
  /** Falsified ones whose witness was replayed. */
  readonly replayed: number
  /** Those called verified whose proof is not in the bundle: only another verifier can confirm them. */
  readonly unproved: readonly string[]
  /** Neither verified nor falsified: nothing to check. */
  readonly open: number
  readonly seconds: number
}

/** The limit of one string. */
const largestProof = 2 ** 29 - 2 ** 16
/** How far an output may be from what a witness states, relative to its size (at least 1), as the competition allows. */
const outputTolerance = 1e-4

/**
 * @throws EspalierError 'bundle/corrupt' where it cannot be read, 'bundle/altered' where a part does not follow from the
 *   others or a witness is none, 'certificate/*' where a proof does not hold
 */
export async function checkBundle(
  path: string,
  signal: AbortSignal,
  told: (label: string, what: string) => void,
): Promise<BundleReport> {
  const started = performance.now()
  return withBundle(path, async (bundle) => {
    const { manifest } = bundle
    const { network, asked } = await openSubject(bundle)
    await requireLists(bundle)
    // Whatever else is listed was read at least for its hash.
    for (const { name } of manifest.files) await bundle.read(name)
    const checker = { bundle, graph: prepareGraph(network), signal }
    let lowerBound = Infinity
    const counts = { proved: 0, replayed: 0, open: 0 }
    const unproved: string[] = []
    for (const one of asked) {
      const { instance, label } = one
      const problems = await one.problems()
      if (instance.verdict === 'falsified') {
        await replay(checker, one, problems)
        counts.replayed += 1
        told(label, 'counterexample replayed')
      } else if (instance.verdict !== 'verified') counts.open += 1
      else if (problems.length > 0 && instance.certificate === null) unproved.push(label)
      else {
        if (instance.certificate !== null)
          lowerBound = Math.min(lowerBound, await prove(checker, label, instance.certificate, problems))
        counts.proved += 1
        told(label, 'proved again')
      }
    }
    const seconds = (performance.now() - started) / 1000
    const bound = lowerBound === Infinity ? null : lowerBound
    return { title: manifest.title, instances: asked.length, ...counts, lowerBound: bound, unproved, seconds }
  })
}

interface Checker {
  readonly bundle: OpenBundle
  readonly graph: Graph
  readonly signal: AbortSignal
}

/** The lists that other verifiers read say what the manifest says. */
async function requireLists({ manifest, read }: OpenBundle): Promise<void> {
  const lists: readonly (readonly [string, (instances: readonly BundleInstance[]) => string])[] = [
    [bundleFiles.instances, instancesText],
    [bundleFiles.results, resultsText],
  ]
  for (const [name, text] of lists)
    if ((await read(name)).toString('utf8') !== text(manifest.instances))
      throw altered(`${name} and the manifest differ`)
}

/** The witness is inside a box, a counterexample in float64, and states the outputs that the network has there. */
async function replay(
  { bundle }: Checker,
  { instance, label }: AskedAgain,
  problems: readonly Problem[],
): Promise<void> {
  const { witness } = instance
  if (witness === null) throw altered(`${label} is called falsified without a counterexample`)
  const { input, output } = parseWitness((await bundle.read(witness)).toString('utf8'))
  const around = problems.filter(({ box }) => inside(input, box))
  if (around.length === 0) throw altered(`${witness} lies outside the input box of ${label}`)
  const violated = around.find((problem) => new Replay(problem).accept(input))
  if (violated === undefined) throw altered(`${witness} is no counterexample`)
  const actual = evaluate64(violated.network, input)
  const stated = output.length === actual.length && actual.every((value, i) => near(value, output[i]))
  if (!stated) throw altered(`${witness} states other outputs than the network has`)
}

function inside(point: Float64Array, { lower, upper }: Problem['box']): boolean {
  return point.length === lower.length && point.every((value, i) => value >= lower[i] && value <= upper[i])
}

function near(value: number, stated: number): boolean {
  return Math.abs(value - stated) <= outputTolerance * Math.max(1, Math.abs(value))
}

/** The smallest bound of the proof. */
async function prove(
  { bundle, graph, signal }: Checker,
  label: string,
  name: string,
  problems: readonly Problem[],
): Promise<number> {
  const certificate = decodeCertificate(await unpacked(await bundle.read(name)))
  const { network } = bundle.manifest
  const task = { certificate, graph, networkHash: network, claims: problems, pace: { signal } }
  try {
    return (await checkCertificate(task)).lowerBound
  } catch (thrown) {
    if (!(thrown instanceof EspalierError)) throw thrown
    throw new EspalierError(thrown.code, `${name}, ${label}: ${thrown.message}`, thrown.hint, { cause: thrown })
  }
}

async function unpacked(content: Buffer): Promise<string> {
  try {
    const most = Math.min(largestProof, mostUnpacked(content.length))
    return (await promisify(gunzip)(content, { maxOutputLength: most })).toString('utf8')
  } catch {
    throw malformed('it is no gzip file, or unpacks to far more than a proof holds')
  }
}
