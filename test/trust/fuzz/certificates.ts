// Fuzz target: certificates, decoded and checked against the network and the claim they were made for.
import { readCertificate } from '../../../core/app/certificate-file.ts'
import type { Certificate } from '../../../core/certify/certificate.ts'
import { checkCertificate } from '../../../core/certify/check-certificate.ts'
import { encodeCertificate } from '../../../core/certify/format.ts'
import { prepareGraph } from '../../../core/certify/graph.ts'
import type { HalvedBoxes, Proof } from '../../../core/certify/proof.ts'
import { SeededRandom } from '../../../core/data/random.ts'
import { networkHash } from '../../../core/nn/index.ts'
import { everyNeuron, neuronCount, randomTree, wholeBoxProof } from '../../certify/support.ts'
import { randomBox, randomNetwork } from '../../verify/random-networks.ts'
import { mutated, pick } from '../../io/mutate.ts'
import { gzipBomb, reworded } from './damage.ts'
import type { FuzzTarget } from './target.ts'

const network = randomNetwork('dense', 3)
const box = randomBox(network, 3, 0.2)
const graph = prepareGraph(network)
/** Rows that any bound proves. */
const rows = { rows: 2, coefficients: Float64Array.of(1, -1, 0, 1, 0, -1), offsets: Float64Array.of(900, 900) }
const claim = { box, property: { kind: 'all-positive' as const, rows } }

function certificateText(proof: Proof): string {
  const question = { kind: 'files', onnx: 'a.onnx', vnnlib: 'p.vnnlib' } as const
  const certificate: Certificate = {
    network: networkHash(network),
    question,
    claims: [{ image: null, ...claim, proof }],
  }
  return encodeCertificate(certificate)
}

/** Trees of splits with arbitrary slopes and multipliers: sound whatever they are, and the rows leave them room. */
function splitProof(): Proof {
  const random = new SeededRandom(8)
  const list = everyNeuron(graph)
  const trees = [2, 3].map((depth) => randomTree(random, neuronCount(list), depth, () => true))
  return { neurons: [], list, trees, halvings: null }
}

const byRule = (axes: Int32Array): HalvedBoxes => ({ axes, sloped: new Int32Array(0), alpha: new Uint16Array(0) })

function halvedProof(): Proof {
  const whole = wholeBoxProof(2)
  return { ...whole, halvings: byRule(Int32Array.of(0, -1, 1, -1, -1)), trees: [null, null] }
}

const encoded = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Words of the JSON changed, or numbers in an array of the proof, which stays base64 of the right length or does not. */
function bentCertificate(seed: Uint8Array, random: SeededRandom): Uint8Array {
  if (pick(random, 2) === 0) return reworded(seed, random)
  const text = new TextDecoder().decode(seed)
  const arrays = [...text.matchAll(/"([A-Za-z0-9+/]{4,}={0,2})"/g)]
  const [, chosen] = arrays[pick(random, arrays.length)]
  const bytes = mutated(Buffer.from(chosen, 'base64'), random)
  return encoded(text.replace(`"${chosen}"`, `"${Buffer.from(bytes).toString('base64')}"`))
}

/** `depth` splits or halvings one in another, all of the same neuron or input. */
const nestedTree = (depth: number): Int32Array =>
  Int32Array.from({ length: 2 * depth + 1 }, (_, i) => (i < depth ? 0 : -1))

function deepSplits(depth: number): string {
  const list = { activations: [{ id: graph.activations[0].id, neurons: Int32Array.of(0) }] }
  const beta = new Float32Array((depth * (depth + 3)) / 2)
  const tree = { splits: nestedTree(depth), alpha: new Uint16Array(depth + 1), beta, mix: null }
  return certificateText({ ...splitProof(), list, trees: [tree, tree] })
}

export const certificateTarget: FuzzTarget = {
  seeds: () => [wholeBoxProof(2), splitProof(), halvedProof()].map((proof) => encoded(certificateText(proof))),
  bend: bentCertificate,
  bombs: [
    () => encoded(deepSplits(1500)),
    () => encoded(certificateText({ ...splitProof(), halvings: byRule(nestedTree(20_000)) })),
    () => encoded('['.repeat(2 ** 20)),
    () => encoded('{"claims":'.repeat(100_000)),
    () => encoded(certificateText(splitProof()).replace(/"splits":"[^"]*"/, `"splits":"${'AAAA'.repeat(2 ** 19)}"`)),
    () => encoded(certificateText(splitProof()).replace('"claims":[', `"claims":[${'null,'.repeat(200_000)}`)),
    () => gzipBomb(600, 0x5b),
  ],
  gzip: true,
  read: async (path) => {
    const certificate = await readCertificate(path)
    const pace = { deadline: performance.now() + 30_000 }
    return checkCertificate({ certificate, graph, networkHash: networkHash(network), claims: [claim], pace })
  },
}
