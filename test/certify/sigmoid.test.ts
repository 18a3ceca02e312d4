// Lines around the sigmoid stay on their side of it for any interval and any tangent parameter.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ALPHA_STEPS } from '../../core/certify/activation.ts'
import { SigmoidActivation } from '../../core/certify/sigmoid.ts'

const sigma = (z: number): number => 1 / (1 + Math.exp(-z))

it('lines lie below and above the curve on the whole interval, and touch it nearly', () => {
  let widest = 0
  fc.assert(
    fc.property(
      fc.double({ min: -40, max: 40, noNaN: true }),
      fc.oneof(fc.double({ min: 0, max: 60, noNaN: true }), fc.double({ min: 0, max: 1e-6, noNaN: true })),
      fc.integer({ min: 0, max: ALPHA_STEPS + 1 }),
      fc.constantFrom(1, -1, 0.3, -2.5),
      (l, width, theta, given) => {
        const u = l + width
        const bounds = { lower: Float64Array.of(l), upper: Float64Array.of(u) }
        const into = new Float64Array(1)
        const magnitude = Float64Array.of(Math.max(Math.abs(l), Math.abs(u)))
        const lines = new SigmoidActivation().prepare(bounds)
        const { constant, slack } = lines.pull(Float64Array.of(given), into, bounds, Uint16Array.of(theta), magnitude)
        let gap = Infinity
        let least = Infinity
        for (let k = 0; k <= 400; k++) {
          const z = Math.min(u, l + (width * k) / 400)
          const above = given * sigma(z) - (into[0] * z + constant - slack)
          least = Math.min(least, above)
          gap = Math.min(gap, above)
        }
        expect(least).toBeGreaterThanOrEqual(0)
        if (width < 1) widest = Math.max(widest, gap / Math.abs(given))
      },
    ),
    { numRuns: 800 },
  )
  expect(widest).toBeLessThan(1e-3)
})

it('an interval that is none gives no bound', () => {
  const bounds = { lower: Float64Array.of(-Infinity), upper: Float64Array.of(Infinity) }
  const lines = new SigmoidActivation().prepare(bounds)
  const into = new Float64Array(1)
  expect(lines.pull(Float64Array.of(1), into, bounds, null, Float64Array.of(Infinity)).constant).toBeNaN()
})
