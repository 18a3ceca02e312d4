// Rows that were proved before branch and bound: what it finds out about the others is no bound of theirs.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { intervalBounds } from '../../../core/bounds/interval.ts'
import { openEngine, type Engine } from '../../../core/engine/engine.ts'
import { createVerifier } from '../../../core/verify/verifier.ts'
import { exactMinimum } from '../../bounds/exact-minimum.ts'
import { randomBox, randomNetwork, row } from '../../bounds/networks.ts'

let engine: Engine
beforeAll(async () => (engine = await openEngine({ threads: 1 })))
afterAll(() => engine.dispose())

it('the bound of a property is no more than that of a row proved before the search', async () => {
  const network = randomNetwork('dense', 1)
  const box = randomBox(network, 2, 1, 2)
  const [low, high] = [1, -1].map((sign) => sign * exactMinimum(network, box, row([sign, 0]), 'min'))
  const [close, far] = [0.001 * (high - low), 0.05 * (high - low)]
  const rows = {
    rows: 2,
    coefficients: Float64Array.of(1, 0, -1, 0),
    offsets: Float64Array.of(close - low, far + high),
  }
  const bounds = intervalBounds(network, box).preActivations
  const known = { bounds, rowLower: Float64Array.of(0.9 * close, -Infinity), bySolver: false }
  const problem = { network, box, property: { kind: 'all-positive' as const, rows }, known }
  const verifier = createVerifier('bab', engine, { certify: 'never' })
  const signal = new AbortController().signal
  const outcome = await verifier.verify(problem, { seconds: 50 }, signal, () => undefined)
  expect(outcome.verdict).toBe('verified')
  expect(outcome.domains).toBeGreaterThan(0)
  expect(outcome.lowerBound).toBeLessThanOrEqual(close)
})
