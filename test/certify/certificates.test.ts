// What verifiers find is certified, written, read and proved again; whatever is changed in a certificate is refused.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Certificate } from '../../core/certify/certificate.ts'
import { checkCertificate } from '../../core/certify/check-certificate.ts'
import { decodeCertificate, encodeCertificate } from '../../core/certify/format.ts'
import { prepareGraph } from '../../core/certify/graph.ts'
import type { HalvedBoxes, Proof, SplitTree } from '../../core/certify/proof.ts'
import { toErrorData } from '../../core/contract/errors.ts'
import { openEngine, type Engine } from '../../core/engine/engine.ts'
import { networkHash, withParameters, type Network } from '../../core/nn/index.ts'
import type { Outcome, VerifierName } from '../../core/verify/outcome.ts'
import type { Problem } from '../../core/verify/problem.ts'
import { unaskedSeconds } from '../../core/verify/proof/certify-decision.ts'
import { createVerifier } from '../../core/verify/verifier.ts'
import { exactMinimum, loadOracleSolver, type Solver } from '../verify/oracle.ts'
import { families, randomBox, randomNetwork, type Family } from '../verify/random-networks.ts'

let engine: Engine
let oracle: Solver
beforeAll(async () => {
  engine = await openEngine({ threads: 1 })
  oracle = await loadOracleSolver()
})
afterAll(() => engine.dispose())

/** Rows f_0 − f_1 and f_0 − f_2, both `gap` above zero at their least. */
function question(family: Family, seed: number, kind: Problem['property']['kind'], gap: number): Problem {
  const network = randomNetwork(family, seed)
  const box = randomBox(network, seed, 0.6)
  const coefficients = Float64Array.of(1, -1, 0, 1, 0, -1)
  const rows = { rows: 2, coefficients, offsets: new Float64Array(2) }
  const least = [0, 1].map((r) => exactMinimum(oracle, network, box, rows, r))
  return { network, box, property: { kind, rows: { ...rows, offsets: Float64Array.from(least, (low) => gap - low) } } }
}

function ask(name: VerifierName, problem: Problem): Promise<Outcome> {
  const verifier = createVerifier(name, engine, { certify: 'always', keepProof: true })
  return verifier.verify(problem, { seconds: 30 }, new AbortController().signal, () => undefined)
}

function certificateOf({ network, box, property }: Problem, proof: Proof): Certificate {
  const question = { kind: 'files', onnx: 'network.onnx', vnnlib: 'property.vnnlib' } as const
  return { network: networkHash(network), question, claims: [{ image: null, box, property, proof }] }
}

/** '' where the certificate is accepted, else the code of what is wrong. */
async function verdictOn(text: string, { network, box, property }: Problem): Promise<string> {
  try {
    const certificate = decodeCertificate(text)
    const graph = prepareGraph(network)
    const { lowerBound } = await checkCertificate({
      certificate,
      graph,
      networkHash: networkHash(network),
      claims: [{ box, property }],
    })
    expect(lowerBound).toBeGreaterThan(0)
    return ''
  } catch (thrown) {
    return toErrorData(thrown).code
  }
}

describe('what a verifier proves', () => {
  it.each(families)('is certified, and its certificate proves it again (%s)', async (family) => {
    const more = [
      ['alpha-crown', 'all-positive', 5],
      ['crown-envelope', 'all-positive', 0.3],
      ['auto', 'all-positive', 0.003],
    ] as const
    for (const [name, kind, gap] of [
      ['bab', 'all-positive', 0.003],
      ['bab', 'any-positive', 0.02],
      ...(family === 'dense' ? more : []),
    ] as const) {
      const problem = question(family, 3, kind, gap)
      const outcome = await ask(name, problem)
      expect([name, outcome.verdict, outcome.evidence]).toEqual([name, 'verified', 'certified'])
      const text = encodeCertificate(certificateOf(problem, outcome.proof as Proof))
      expect(await verdictOn(text, problem)).toBe('')
    }
  })

  it('is certified unasked where that is quick, however short the search was', async () => {
    const problem = question('dense', 3, 'all-positive', 5)
    const verifier = createVerifier('auto', engine)
    const outcome = await verifier.verify(problem, { seconds: 60 }, new AbortController().signal, () => undefined)
    expect([outcome.verdict, outcome.evidence]).toEqual(['verified', 'certified'])
    // A third of the search, or a twentieth of the limit, 3 s of that at most.
    expect(unaskedSeconds(30, 60)).toBe(10)
    expect(unaskedSeconds(0.1, 20)).toBe(1)
    expect(unaskedSeconds(0.1, 600)).toBe(3)
  })

  it('is left at the evidence it has where no proof is wanted', async () => {
    const problem = question('dense', 3, 'all-positive', 0.003)
    const verifier = createVerifier('bab', engine, { certify: 'never' })
    const outcome = await verifier.verify(problem, { seconds: 30 }, new AbortController().signal, () => undefined)
    expect([outcome.verdict, outcome.evidence, outcome.proof]).toEqual(['verified', 'float32', undefined])
  })
})

describe('a certificate that was tampered with', () => {
  let problem: Problem
  let certificate: Certificate
  let tree: SplitTree
  beforeAll(async () => {
    problem = question('dense', 12, 'all-positive', 0.001)
    const { proof } = await ask('bab', problem)
    certificate = certificateOf(problem, proof as Proof)
    tree = certificate.claims[0].proof.trees.find((each) => each && each.splits.length > 3) as SplitTree
  })

  it('is accepted before', async () => {
    expect(tree.splits.length).toBeGreaterThan(3)
    expect(await verdictOn(encodeCertificate(certificate), problem)).toBe('')
  })

  /** The certificate with the tree replaced. */
  const withTree = (changed: Partial<SplitTree>): string => {
    const [claim] = certificate.claims
    const trees = claim.proof.trees.map((each) => (each === tree ? { ...tree, ...changed } : each))
    return encodeCertificate({ ...certificate, claims: [{ ...claim, proof: { ...claim.proof, trees } }] })
  }
  const width = (): number => tree.alpha.length / tree.splits.filter((split) => split < 0).length

  it('by another order of the sides is refused', async () => {
    const splits = tree.splits.slice()
    // The sides of the root exchanged: what proves z ≥ 0 now stands where z ≤ 0 is to be proved.
    const second = endOf(splits, 1)
    const swapped = Int32Array.of(splits[0], ...splits.subarray(second), ...splits.subarray(1, second))
    const leaves = splits.subarray(1, second).filter((split) => split < 0).length
    const alpha = Uint16Array.of(...tree.alpha.subarray(leaves * width()), ...tree.alpha.subarray(0, leaves * width()))
    const betas = depthsOf(splits)
    const cut = betas.slice(0, leaves).reduce((sum, depth) => sum + depth, 0)
    const beta = Float32Array.of(...tree.beta.subarray(cut), ...tree.beta.subarray(0, cut))
    expect(await verdictOn(withTree({ splits: swapped, alpha, beta }), problem)).toBe('certificate/unproved')
  })

  it('by a dropped leaf is refused', async () => {
    const short = tree.splits.subarray(0, tree.splits.length - 1)
    expect(await verdictOn(withTree({ splits: short }), problem)).toBe('certificate/corrupt')
    const alpha = tree.alpha.subarray(0, tree.alpha.length - width())
    expect(await verdictOn(withTree({ alpha }), problem)).toBe('certificate/corrupt')
    const side = { splits: Int32Array.of(-1), alpha: tree.alpha.slice(0, width()), beta: new Float32Array(0) }
    expect(await verdictOn(withTree(side), problem)).toBe('certificate/unproved')
  })

  it('by slopes: never a false proof, whatever they are', async () => {
    for (const value of [0, 1, 30_000, 65_534, 65_535]) {
      const code = await verdictOn(withTree({ alpha: tree.alpha.map(() => value) }), problem)
      expect(['', 'certificate/unproved']).toContain(code)
    }
    const wrong = { ...problem, property: shifted(problem, -0.002) }
    for (const value of [0, 1, 30_000, 65_534, 65_535]) {
      const [claim] = certificate.claims
      const trees = claim.proof.trees.map((each) => each && { ...each, alpha: each.alpha.map(() => value) })
      const lie = certificateOf(wrong, { ...claim.proof, trees })
      expect(await verdictOn(encodeCertificate(lie), wrong)).toBe('certificate/unproved')
    }
  })

  it('by multipliers is refused', async () => {
    const used = tree.beta.findIndex((value) => value > 0)
    expect(used).toBeGreaterThanOrEqual(0)
    for (const value of [-tree.beta[used], NaN, Infinity])
      expect(await verdictOn(withTree({ beta: tree.beta.with(used, value) }), problem)).toBe('certificate/corrupt')
    const huge = withTree({ beta: tree.beta.map(() => 1e6) })
    expect(await verdictOn(huge, problem)).toBe('certificate/unproved')
  })

  it('by neurons that are not there is refused', async () => {
    expect(await verdictOn(withTree({ splits: tree.splits.with(0, 999) }), problem)).toBe('certificate/corrupt')
    const [claim] = certificate.claims
    const list = { activations: [{ id: 'ra', neurons: Int32Array.of(77) }] }
    const lie = certificateOf(problem, { ...claim.proof, list })
    expect(await verdictOn(encodeCertificate(lie), problem)).toBe('certificate/corrupt')
  })

  it('does not fit another network, box or property', async () => {
    const text = encodeCertificate(certificate)
    const other = { ...problem, network: nudged(problem.network) }
    expect(await verdictOn(text, other)).toBe('certificate/foreign')
    const wider = { ...problem.box, upper: problem.box.upper.map((high) => high + 1e-9) }
    expect(await verdictOn(text, { ...problem, box: wider })).toBe('certificate/foreign')
    expect(await verdictOn(text, { ...problem, property: shifted(problem, -1e-9) })).toBe('certificate/foreign')
    const any = { ...problem.property, kind: 'any-positive' } as const
    expect(await verdictOn(text, { ...problem, property: any })).toBe('certificate/foreign')
  })

  it('and says that it is about the wider claim does not prove it', async () => {
    const [claim] = certificate.claims
    const box = { lower: problem.box.lower.map((low) => low - 0.3), upper: problem.box.upper.map((high) => high + 0.3) }
    const wide = { ...problem, box }
    expect(await verdictOn(encodeCertificate(certificateOf(wide, claim.proof)), wide)).toBe('certificate/unproved')
    const hard = { ...problem, property: shifted(problem, -0.002) }
    expect(await verdictOn(encodeCertificate(certificateOf(hard, claim.proof)), hard)).toBe('certificate/unproved')
  })

  it('is refused when it is cut short or no certificate', async () => {
    const text = encodeCertificate(certificate)
    for (const bad of [
      text.slice(0, -20),
      text.slice(0, text.length / 2),
      '',
      '[]',
      'null',
      text.replace('"version":1', '"version":2'),
      text.replace('espalier', 'other'),
      text.replace('"splits":"', '"splits":"*'),
    ])
      expect(await verdictOn(bad, problem)).toBe('certificate/corrupt')
  })
})

describe('a tree of halved boxes', () => {
  let problem: Problem
  let proof: Proof
  let axes: Int32Array
  beforeAll(async () => {
    problem = question('dense', 12, 'all-positive', 0.0005)
    const outcome = await ask('auto', problem)
    expect([outcome.evidence, outcome.detail.inputSplitBoxes > 1]).toEqual(['certified', true])
    proof = outcome.proof as Proof
    axes = proof.halvings?.axes ?? expect.fail('no halved boxes')
  })
  const withHalvings = (halvings: HalvedBoxes | null): Promise<string> =>
    verdictOn(encodeCertificate(certificateOf(problem, { ...proof, halvings })), problem)
  const withAxes = (other: Int32Array): Promise<string> =>
    withHalvings(proof.halvings && { ...proof.halvings, axes: other })

  it('is accepted as it is, and refused with boxes missing, to spare or cut elsewhere', async () => {
    expect(await withAxes(axes)).toBe('')
    expect(await withAxes(axes.subarray(0, -1))).toBe('certificate/corrupt')
    expect(await withAxes(Int32Array.of(...axes, -1))).toBe('certificate/corrupt')
    expect(await withAxes(axes.with(0, 99))).toBe('certificate/corrupt')
    expect(await withHalvings(null)).toBe('certificate/corrupt')
    expect(await withAxes(new Int32Array(0))).toBe('certificate/corrupt')
    expect(await withAxes(Int32Array.of(-1))).toBe('certificate/unproved')
  })

  it('proves every row or some row as the property says', async () => {
    const any = question('dense', 12, 'any-positive', -0.05)
    const outcome = await ask('auto', any)
    if (outcome.verdict !== 'verified') return
    expect(outcome.evidence).toBe('certified')
    expect(await verdictOn(encodeCertificate(certificateOf(any, outcome.proof as Proof)), any)).toBe('')
  })
})

/** Place after the subtree that begins at `at`. */
function endOf(splits: Int32Array, at: number): number {
  let open = 1
  let end = at
  while (open > 0) open += splits[end++] < 0 ? -1 : 1
  return end
}

function depthsOf(splits: Int32Array): number[] {
  const waiting = [0]
  const depths: number[] = []
  for (const split of splits) {
    const depth = waiting.pop() ?? 0
    if (split < 0) depths.push(depth)
    else waiting.push(depth + 1, depth + 1)
  }
  return depths
}

function shifted({ property }: Problem, by: number): Problem['property'] {
  const { rows } = property
  return { ...property, rows: { ...rows, offsets: rows.offsets.map((value) => value + by) } }
}

/** One weight changed by one unit in the last place. */
function nudged(network: Network): Network {
  const layer = network.nodes[0].layer
  if (layer.kind !== 'dense') throw new Error('dense first')
  const data = Float32Array.from(layer.weight.data)
  data[0] *= 1 + 2 ** -22
  return withParameters(network, { [`${network.nodes[0].id}.weight`]: data })
}
