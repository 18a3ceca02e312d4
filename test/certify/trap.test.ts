// Traps for rounding: relu(x + 2^24) − 2^24 − 1/2 (spec D.4), −1/2 in float32 for every x in [0, 1]; a batch norm that folding changes.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkProof } from '../../core/certify/check.ts'
import { prepareGraph } from '../../core/certify/graph.ts'
import { Pace } from '../../core/certify/pace.ts'
import { verifierNameSchema } from '../../core/contract/verdict.ts'
import { openEngine, type Engine } from '../../core/engine/engine.ts'
import { createNetwork, evaluate64, fuseBatchNorm, type Layer } from '../../core/nn/index.ts'
import { createVerifier } from '../../core/verify/verifier.ts'
import { wholeBoxProof } from './support.ts'

let engine: Engine
beforeAll(async () => {
  engine = await openEngine({ threads: 1 })
})
afterAll(() => engine.dispose())

function single(weight: number, bias: number): Layer {
  return {
    kind: 'dense',
    weight: { shape: [1, 1], data: Float32Array.of(weight) },
    bias: { shape: [1], data: Float32Array.of(bias) },
  }
}

const trap = createNetwork({
  name: 'trap',
  inputShape: [1],
  nodes: [
    { id: 'up', layer: single(1, 2 ** 24) },
    { id: 'relu', layer: { kind: 'relu' } },
    { id: 'down', layer: single(1, -(2 ** 24)) },
    { id: 'half', layer: single(1, -0.5) },
  ],
})

/** Every output is below `limit`. */
function below(limit: number) {
  const rows = { rows: 1, coefficients: Float64Array.of(-1), offsets: Float64Array.of(limit) }
  const box = { lower: Float64Array.of(0), upper: Float64Array.of(1) }
  return { network: trap, box, property: { kind: 'all-positive' as const, rows } }
}

describe('the trap', () => {
  it('is one', () => {
    expect(Math.fround(Math.fround(0.9 + 2 ** 24) - 2 ** 24) - 0.5).toBe(-0.5)
    expect(evaluate64(trap, Float64Array.of(1))[0]).toBe(0.5)
  })

  it.each(verifierNameSchema.options)('is never verified by %s', async (name) => {
    for (const certify of ['never', 'always'] as const) {
      const verifier = createVerifier(name, engine, { certify })
      for (const limit of [0, 0.49]) {
        const outcome = await verifier.verify(
          below(limit),
          { seconds: 5 },
          new AbortController().signal,
          () => undefined,
        )
        expect(outcome.verdict).not.toBe('verified')
      }
    }
  })

  it('is certified where it holds: float64 sees what float32 cannot', async () => {
    const verifier = createVerifier('crown', engine, { certify: 'always' })
    const outcome = await verifier.verify(below(20), { seconds: 5 }, new AbortController().signal, () => undefined)
    expect([outcome.verdict, outcome.evidence]).toEqual(['verified', 'certified'])
  })
})

/**
 * x + 2^60 normalised by mean 2^60 and shifted by −1/2 is x − 1/2. Folding it takes 2^60 − (2^60 + 1/2), where float64 loses
 * the half: the search sees x.
 */
const folded = createNetwork({
  name: 'folded',
  inputShape: [1],
  nodes: [
    { id: 'up', layer: single(1, 2 ** 60) },
    { id: 'norm', layer: norm(2 ** 60, -0.5) },
  ],
})

function norm(mean: number, beta: number): Layer {
  const one = (value: number) => ({ shape: [1], data: Float32Array.of(value) })
  return { kind: 'batchNorm', gamma: one(1), beta: one(beta), mean: one(mean), variance: one(1), epsilon: 0 }
}

/** The output is above `limit` for x in [0, 1/8]. */
function above(limit: number) {
  const rows = { rows: 1, coefficients: Float64Array.of(1), offsets: Float64Array.of(-limit) }
  const box = { lower: Float64Array.of(0), upper: Float64Array.of(1 / 8) }
  return { network: folded, box, property: { kind: 'all-positive' as const, rows } }
}

describe('a batch norm that is folded the wrong way', () => {
  it('is one: what the search works on is above −1/4, the network in real arithmetic is below', () => {
    expect(evaluate64(fuseBatchNorm(folded), Float64Array.of(0))[0]).toBe(0)
  })

  it.each(['interval', 'crown', 'bab', 'milp', 'auto'] as const)('%s is never certified', async (name) => {
    const verifier = createVerifier(name, engine, { certify: 'always' })
    const outcome = await verifier.verify(above(-0.25), { seconds: 5 }, new AbortController().signal, () => undefined)
    expect(outcome.evidence).not.toBe('certified')
  })

  it('is not proved by hand either, what rounding leaves room for is', async () => {
    const check = (limit: number) =>
      checkProof(prepareGraph(folded), above(limit), wholeBoxProof(1), new Pace()).then(({ lowerBound }) => lowerBound)
    await expect(check(-0.25)).rejects.toMatchObject({ code: 'certificate/unproved' })
    // The folded network is another one, and has the property.
    const wrong = checkProof(prepareGraph(fuseBatchNorm(folded)), above(-0.25), wholeBoxProof(1), new Pace())
    await expect(wrong).resolves.toMatchObject({ leaves: 1 })
    expect(await check(-1e5)).toBeGreaterThan(0)
  })
})
