// Float64 intervals: outward enough to hold exactly, close enough to the plain formula, refusing what they cannot do.
import { describe, expect, it } from 'vitest'
import { intervalBounds } from '../../core/bounds/interval.ts'
import { coneOf } from '../../core/bounds/graph.ts'
import { buildArchitecture, createNetwork } from '../../core/nn/index.ts'
import { dense, isCurved, kinds, randomBox, randomNetwork, relu } from './networks.ts'

const point = (x: number): { lower: Float64Array; upper: Float64Array } => ({
  lower: Float64Array.of(x),
  upper: Float64Array.of(x),
})

describe('intervals', () => {
  it('hold sums that float64 cannot represent: 1 + 2^-60 lies strictly inside the bounds of 1·1 + 2^-60·1', () => {
    const network = createNetwork({
      name: 'sum',
      inputShape: [2],
      nodes: [{ id: 'z', layer: dense([[1, 2 ** -60]], [0]) }],
    })
    const ones = { lower: Float64Array.of(1, 1), upper: Float64Array.of(1, 1) }
    const { lower, upper } = intervalBounds(network, ones).output
    expect(lower[0]).toBeLessThanOrEqual(1)
    expect(upper[0]).toBeGreaterThan(1)
    expect(upper[0] - lower[0]).toBeLessThan(1e-13)
  })

  it('widen by next to nothing', () => {
    const network = createNetwork({
      name: 'id',
      inputShape: [1],
      nodes: [
        { id: 'z', layer: dense([[2]], [1]) },
        { id: 'h', layer: relu },
      ],
    })
    const { output, preActivations } = intervalBounds(network, {
      lower: Float64Array.of(-1),
      upper: Float64Array.of(2),
    })
    expect(preActivations.get('z')?.lower[0]).toBeCloseTo(-1, 12)
    expect(output.lower[0]).toBe(0)
    expect(output.upper[0]).toBeCloseTo(5, 12)
  })

  it('carry NaN on, so that nothing is proved with it', () => {
    const network = createNetwork({ name: 'nan', inputShape: [1], nodes: [{ id: 'z', layer: dense([[NaN]], [0]) }] })
    expect(intervalBounds(network, point(1)).output.lower[0]).toBeNaN()
  })

  it('use known bounds where they are tighter', () => {
    const network = randomNetwork('dense', 5)
    const box = randomBox(network, 6, 1)
    const known = new Map([['n2', { lower: new Float64Array(4).fill(-0.1), upper: new Float64Array(4).fill(0.1) }]])
    const { preActivations } = intervalBounds(network, box, known)
    expect(Math.max(...(preActivations.get('n2')?.upper ?? []))).toBeLessThanOrEqual(0.1)
  })

  it.each(kinds)('of %s networks shrink to the value on a point', (kind) => {
    const network = randomNetwork(kind, 11)
    const box = randomBox(network, 12, 0)
    const { lower, upper } = intervalBounds(network, box).output
    lower.forEach((low, i) => expect(upper[i] - low).toBeLessThan(isCurved(kind) ? 1e-12 : 1e-11))
  })

  it('refuse networks whose batch norms are not fused', () => {
    const network = buildArchitecture('net1', [1, 28, 28], 1)
    expect(() => coneOf(network, network.output)).toThrow(/batch norm/)
  })
})
