// The float32 trap of spec D.4: relu(x + 2^24) − 2^24 − 1/2 is −1/2 in float32 for every x in [0, 1], and up to 1/2 in truth.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verifierNameSchema } from '../../core/contract/verdict.ts'
import { openEngine, type Engine } from '../../core/engine/engine.ts'
import { createNetwork, evaluate64, type Layer } from '../../core/nn/index.ts'
import { createVerifier } from '../../core/verify/verifier.ts'

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
