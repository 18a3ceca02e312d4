// `espalier check BUNDLE`: every certificate proved again, every witness replayed, everything else derived again and compared.
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { checkCertificate } from '../../certify/check-certificate.ts'
import { malformed } from '../../certify/failure.ts'
import { decodeCertificate } from '../../certify/format.ts'
import { prepareGraph, type Graph } from '../../certify/graph.ts'
import { EspalierError } from '../../contract/errors.ts'
import { mostUnpacked } from '../../io/file.ts'
import { exportOnnx } from '../../io/onnx/export.ts'
import { parseWitness } from '../../io/vnncomp/witness.ts'
import { evaluate64, networkHash, parseNetwork, type Network } from '../../nn/index.ts'
import type { Problem } from '../../verify/problem.ts'
import { Replay } from '../../verify/replay.ts'
import { altered } from './failure.ts'
import { bundleFiles, type BundleInstance, type Manifest } from './manifest.ts'
import { readNpy } from './npy.ts'
import { instancesText, problemOf, propertyText, resultsText } from './questions.ts'
import { withBundle, type OpenBundle } from './read.ts'

export interface BundleReport {
  readonly title: string
  readonly instances: number
  /** Verified images whose certificate was proved again, and the smallest bound among them (null without any). */
  readonly proved: number
  readonly lowerBound: number | null
  /** Falsified images whose witness was replayed. */
  readonly replayed: number
  /** Images called verified whose proof is not in the bundle: only another verifier can confirm them. */
  readonly unproved: readonly number[]
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
  told: (instance: BundleInstance, what: string) => void,
): Promise<BundleReport> {
  const started = performance.now()
  return withBundle(path, async (bundle) => {
    const { manifest } = bundle
    const network = await readNetwork(bundle)
    const images = await readImages(bundle, network)
    await requireLists(bundle)
    // Whatever else is listed was read at least for its hash.
    for (const { name } of manifest.files) await bundle.read(name)
    const checker = { bundle, graph: prepareGraph(network), signal }
    let lowerBound = Infinity
    const counts = { proved: 0, replayed: 0, open: 0 }
    const unproved: number[] = []
    for (const instance of manifest.instances) {
      const problem = problemOf(network, images, instance)
      const text = (await bundle.read(instance.property)).toString('utf8')
      if (text !== propertyText(problem, instance)) throw altered(`${instance.property} asks another question`)
      if (instance.verdict === 'falsified') {
        await replay(checker, instance, problem)
        counts.replayed += 1
        told(instance, 'counterexample replayed')
      } else if (instance.verdict !== 'verified') counts.open += 1
      else if (instance.certificate === null) unproved.push(instance.image)
      else {
        lowerBound = Math.min(lowerBound, await prove(checker, instance, instance.certificate, problem))
        counts.proved += 1
        told(instance, 'proved again')
      }
    }
    const { title, instances } = manifest
    const seconds = (performance.now() - started) / 1000
    const bound = counts.proved === 0 ? null : lowerBound
    return { title, instances: instances.length, ...counts, lowerBound: bound, unproved, seconds }
  })
}

interface Checker {
  readonly bundle: OpenBundle
  readonly graph: Graph
  readonly signal: AbortSignal
}

async function readNetwork(bundle: OpenBundle): Promise<Network> {
  const network = parseNetwork(await bundle.read(bundleFiles.network))
  if (networkHash(network) !== bundle.manifest.network)
    throw altered('its network is another one than the manifest says')
  const onnx = await bundle.read(bundleFiles.onnx)
  if (!onnx.equals(exportOnnx(network)))
    throw altered(`${bundleFiles.onnx} is not what Espalier ${bundle.manifest.espalier} exports for its network`)
  return network
}

async function readImages({ manifest, read }: OpenBundle, network: Network): Promise<Float32Array> {
  const { shape, instances } = manifest
  if (shape.join() !== network.inputShape.join()) throw altered('its images do not fit its network')
  const rows = new Set(instances.map(({ row }) => row))
  if (instances.some(({ row }) => row >= rows.size)) throw altered('an instance names an image that is not there')
  const images = readNpy(await read(bundleFiles.images), [rows.size, ...shape])
  const numbers = new Map<number, number>()
  for (const { row, image } of instances) {
    if ((numbers.get(row) ?? image) !== image)
      throw altered(`two images claim to be number ${row} of ${bundleFiles.images}`)
    numbers.set(row, image)
  }
  return images
}

/** The lists that other verifiers read say what the manifest says. */
async function requireLists({ manifest, read }: OpenBundle): Promise<void> {
  const lists: readonly (readonly [string, (instances: Manifest['instances']) => string])[] = [
    [bundleFiles.instances, instancesText],
    [bundleFiles.results, resultsText],
  ]
  for (const [name, text] of lists)
    if ((await read(name)).toString('utf8') !== text(manifest.instances))
      throw altered(`${name} and the manifest differ`)
}

/** The witness is inside the box, a counterexample in float64, and states the outputs that the network has there. */
async function replay({ bundle }: Checker, { image, witness }: BundleInstance, problem: Problem): Promise<void> {
  if (witness === null) throw altered(`image ${image} is called falsified without a counterexample`)
  const { input, output } = parseWitness((await bundle.read(witness)).toString('utf8'))
  const { lower, upper } = problem.box
  const inside = input.length === lower.length && input.every((value, i) => value >= lower[i] && value <= upper[i])
  if (!inside) throw altered(`${witness} lies outside the ball of image ${image}`)
  if (!new Replay(problem).accept(input)) throw altered(`${witness} is no counterexample`)
  const actual = evaluate64(problem.network, input)
  const stated = output.length === actual.length && actual.every((value, i) => near(value, output[i]))
  if (!stated) throw altered(`${witness} states other outputs than the network has`)
}

function near(value: number, stated: number): boolean {
  return Math.abs(value - stated) <= outputTolerance * Math.max(1, Math.abs(value))
}

/** The smallest bound of the proof. */
async function prove(
  { bundle, graph, signal }: Checker,
  { image }: BundleInstance,
  name: string,
  problem: Problem,
): Promise<number> {
  const certificate = decodeCertificate(await unpacked(await bundle.read(name)))
  const { network } = bundle.manifest
  const task = { certificate, graph, networkHash: network, claims: [problem], pace: { signal } }
  try {
    return (await checkCertificate(task)).lowerBound
  } catch (thrown) {
    if (!(thrown instanceof EspalierError)) throw thrown
    throw new EspalierError(thrown.code, `${name}, image ${image}: ${thrown.message}`, thrown.hint, { cause: thrown })
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
