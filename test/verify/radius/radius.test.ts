// Radii that a person can work out, by halving with every complete verifier and by one optimisation; both agree with each other.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openEngine, type Engine } from '../../../core/engine/engine.ts'
import { createNetwork, evaluate64, type Network } from '../../../core/nn/index.ts'
import type { VerifierName } from '../../../core/verify/outcome.ts'
import { robustness } from '../../../core/verify/problem.ts'
import { RadiusFinder, type Radius, type RadiusTask } from '../../../core/verify/radius/radius.ts'
import { createVerifier } from '../../../core/verify/verifier.ts'
import { denseLayer, linear, mlp, xor } from '../known-networks.ts'
import { families, randomNetwork } from '../random-networks.ts'

let engine: Engine
beforeAll(async () => {
  engine = await openEngine({ threads: 1 })
})
afterAll(() => engine.dispose())

const methods: readonly VerifierName[] = ['auto', 'bab', 'milp', 'lp-split', 'mipverify']
const finders = new Map<VerifierName, RadiusFinder>()

function radius(
  method: VerifierName,
  network: Network,
  image: number[],
  label: number,
  rest: Partial<RadiusTask> & { clip?: boolean; target?: number } = {},
): Promise<Radius> {
  let finder = finders.get(method)
  if (!finder) finders.set(method, (finder = new RadiusFinder(method, engine, { certify: 'never' })))
  const { clip = false, target, ...task } = rest
  return finder.find({
    question: { network, image: Float64Array.from(image), label, clip, ...(target === undefined ? {} : { target }) },
    maximum: 1,
    tolerance: 1e-4,
    seconds: 20,
    signal: new AbortController().signal,
    report: () => undefined,
    ...task,
  })
}

/** The bracket is as narrow as was asked, and the exact radius is in it. */
function expectRadius(found: Radius, exact: number): void {
  expect(found.finished).toBe(true)
  expect(found.lower).toBeLessThanOrEqual(exact + 1e-6)
  expect(found.upper ?? NaN).toBeGreaterThanOrEqual(exact - 1e-6)
  expect((found.upper ?? NaN) - found.lower).toBeLessThanOrEqual(1e-4)
  expect(found.witness?.linf).toBe(found.upper)
  expect(found.witness?.margin).toBeLessThan(0)
}

/** T⁴(x) against .95, T the tent map: class 1 wins where T⁴ is above it, which is nearest at (2m + 1 ± .05) / 16. */
const peaks = mlp(
  'peaks',
  denseLayer([[1], [1]], [0, -0.5]),
  ...Array.from({ length: 3 }, () => denseLayer([[2, -4], [2, -4]], [0, -0.5])),
  denseLayer([[0, 0], [2, -4]], [0.95, 0]),
) // prettier-ignore

describe.each(methods)('the radius by %s', (method) => {
  it('of a linear network is .525 (spec E.1.1)', async () => {
    expectRadius(await radius(method, linear, [0.5, 0.5], 0), 0.525)
  })

  it('of XOR in the middle is .5, where the margin is 0', async () => {
    expectRadius(await radius(method, xor, [0.5, 0.5], 0), 0.5)
  })

  it('of the iterated tent map is the distance to its next peak', async () => {
    for (const x of [0.02, 0.5, 0.63]) {
      const peak = Array.from({ length: 8 }, (_, m) => Math.abs(x - (2 * m + 1) / 16) - 0.05 / 16)
      expectRadius(await radius(method, peaks, [x], 0), Math.min(...peak))
    }
  })

  it('of an image that is misclassified as it is, is 0', async () => {
    expect(await radius(method, linear, [0.5, 0.5], 1)).toMatchObject({
      lower: 0,
      upper: 0,
      finished: true,
      evidence: null,
    })
  })

  it('has no upper end where no valid pixels are classified differently', async () => {
    const found = await radius(method, linear, [0.5, 0.5], 0, { clip: true })
    expect(found).toMatchObject({ lower: 1, upper: null, finished: true })
  })

  it('of a targeted question is that of its own class', async () => {
    // Class 1 must beat both others: −1.95 + 2r − 1.5b ≥ 0 and .15 + r + 1.5b ≥ 0 meet at r = .6, b = −.5.
    expectRadius(await radius(method, linear, [0.5, 0.5], 0, { target: 1 }), 0.6)
  })
})

describe('radii of random networks', () => {
  it.each(families)('agree between halving and optimisation, and with single verdicts: %s', async (family) => {
    for (let seed = 1; seed <= 2; seed++) {
      const network = randomNetwork(family, seed)
      const image = Array.from({ length: network.inputShape.reduce((a, b) => a * b, 1) }, (_, i) => ((i * 7 + seed) % 10) / 10)
      const logits = evaluate64(network, Float64Array.from(image))
      const label = logits.indexOf(Math.max(...logits))
      const halved = await radius('bab', network, image, label, { clip: true })
      const minimised = await radius('mipverify', network, image, label, { clip: true })
      expect([halved.finished, minimised.finished]).toEqual([true, true])
      expect(minimised.lower).toBeLessThanOrEqual((halved.upper ?? Infinity) + 1e-6)
      expect(halved.lower).toBeLessThanOrEqual((minimised.upper ?? Infinity) + 1e-6)
      const verifier = createVerifier('milp', engine, { certify: 'never' })
      for (const [epsilon, verdict] of [[halved.lower * 0.99, 'verified'], [(halved.upper ?? 0) * 1.01, 'falsified']] as const) {
        if (epsilon === 0 || epsilon > 1) continue
        const question = robustness({ network, image: Float64Array.from(image), label, epsilon, clip: true })
        const outcome = await verifier.verify(question, { seconds: 10 }, new AbortController().signal, () => undefined)
        expect(outcome.verdict).toBe(verdict)
      }
    } // prettier-ignore
  })
})

describe('a network that has no linear programme', () => {
  it('keeps the bracket of bounds and attacks', async () => {
    const nodes = [
      { id: 'a', layer: denseLayer([[4], [-4]], [-1, 1]) },
      { id: 's', layer: { kind: 'sigmoid' } },
    ] as const
    const sigmoid = createNetwork({ name: 'sigmoid', inputShape: [1], nodes: [...nodes] })
    // Class 0 wins where 4x − 1 > 1 − 4x, from .25 on.
    for (const method of ['mipverify', 'lp-split'] as const) {
      const found = await radius(method, sigmoid, [0.75], 0, { seconds: 3 })
      expect(found.lower).toBeLessThanOrEqual(0.5)
      expect(found.upper).toBeGreaterThanOrEqual(0.5)
      expect(found.upper).toBeLessThan(0.51)
      expect(found.error).toBeNull()
    }
  })
})

describe('limits', () => {
  it('of time leave a bracket that holds, and say that it is not finished', async () => {
    const network = randomNetwork('dense', 3)
    const found = await radius('bab', network, [0.3, 0.6, 0.4], evaluatedLabel(network), {
      seconds: 0.01,
      tolerance: 1e-9,
    })
    expect(found.finished).toBe(false)
    const exact = await radius('bab', network, [0.3, 0.6, 0.4], evaluatedLabel(network))
    expect(found.lower).toBeLessThanOrEqual((exact.upper ?? Infinity) + 1e-9)
    expect(found.upper ?? Infinity).toBeGreaterThanOrEqual(exact.lower - 1e-9)
  })

  it('of interest: nothing is asked beyond the maximum', async () => {
    const asked: (number | null)[] = []
    const report: RadiusTask['report'] = ({ asking }) => asked.push(asking)
    const found = await radius('lp-split', linear, [0.5, 0.5], 0, { maximum: 0.3, report })
    expect(found).toMatchObject({ lower: 0.3, upper: null, finished: true })
    expect(Math.max(...asked.map((one) => one ?? 0))).toBe(0.3)
  })

  it('of a cancelled search: it ends', async () => {
    const found = await radius('auto', xor, [0.5, 0.5], 0, { signal: AbortSignal.abort() })
    expect(found.finished).toBe(false)
    expect(found.lower).toBe(0)
  })
})

function evaluatedLabel(network: Network): number {
  const logits = evaluate64(network, Float64Array.of(0.3, 0.6, 0.4))
  return logits.indexOf(Math.max(...logits))
}
