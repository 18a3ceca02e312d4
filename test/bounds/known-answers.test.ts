// Bounds whose exact values a person can work out (spec E.1).
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createBounder } from '../../core/bounds/bounder.ts'
import type { Box } from '../../core/bounds/box.ts'
import { intervalRows } from '../../core/bounds/interval-rows.ts'
import { lowestTouch, slopeAt } from '../../core/bounds/relaxation/sigmoid-tangents.ts'
import { openEngine, type Engine } from '../../core/engine/engine.ts'
import { createNetwork, type Layer, type Network } from '../../core/nn/index.ts'
import { dense, relu, row } from './networks.ts'

let engine: Engine
beforeAll(async () => (engine = await openEngine({ threads: 1 })))
afterAll(() => engine.dispose())

const box = (lower: number[], upper: number[]): Box => ({
  lower: Float64Array.from(lower),
  upper: Float64Array.from(upper),
})
const chain = (layers: Layer[], inputs = 1): Network =>
  createNetwork({ name: 'known', inputShape: [inputs], nodes: layers.map((layer, i) => ({ id: `n${i}`, layer })) })

async function bounds(
  network: Network,
  area: Box,
  coefficients = [1],
  offset = 0,
): Promise<{ interval: number; crown: number; alpha: number }> {
  const bounder = createBounder(engine, network)
  const rows = row(coefficients, offset)
  const pre = await bounder.preActivations(area)
  const crown = await bounder.outputs(area, rows, pre)
  const alpha = await bounder.outputs(area, rows, pre, { iterations: 100, rate: 0.1, decay: 0.95 })
  return {
    interval: intervalRows(network, area, rows).lower[0],
    crown: crown.crown.lower[0],
    alpha: alpha.crown.lower[0],
  }
}

describe('closed forms', () => {
  it('bounds a linear network exactly: the radius of its margins is .525', async () => {
    const weights = [[1, 2], [-1, 0.5], [0, -1]] // prettier-ignore
    const network = chain([dense(weights, [0.2, 0, 0.1])], 2)
    const around = (radius: number): Box => box([0.5 - radius, 0.5 - radius], [0.5 + radius, 0.5 + radius])
    const margin = async (radius: number): Promise<number> => (await bounds(network, around(radius), [1, 0, -1])).crown
    expect(await margin(0.524)).toBeGreaterThan(0)
    expect(await margin(0.526)).toBeLessThan(0)
    const clipped = box([0, 0], [1, 1])
    expect((await bounds(network, clipped, [1, -1, 0])).crown).toBeCloseTo(0.2, 5)
    expect((await bounds(network, clipped, [1, 0, -1])).crown).toBeCloseTo(0.1, 5)
  })

  it('bounds -|x| on [-1,1]: intervals -2, CROWN the exact -1', async () => {
    const network = chain([dense([[1], [-1]], [0, 0]), relu, dense([[-1, -1]], [0])])
    const found = await bounds(network, box([-1], [1]))
    expect(found.interval).toBeCloseTo(-2, 6)
    expect(found.crown).toBeCloseTo(-1, 5)
  })

  it('bounds relu(x) - relu(x - .5) on [-1,1]: CROWN -.5, α-CROWN -.25', async () => {
    const network = chain([dense([[1], [1]], [0, -0.5]), relu, dense([[1, -1]], [0])])
    const found = await bounds(network, box([-1], [1]))
    expect(found.interval).toBeCloseTo(-0.5, 6)
    expect(found.crown).toBeCloseTo(-0.5, 5)
    expect(found.alpha).toBeCloseTo(-0.25, 2)
  })

  it('bounds the XOR margin 1 - |x1 - x2| exactly: .2 at radius .4', async () => {
    const network = chain([dense([[1, -1], [-1, 1]], [0, 0]), relu, dense([[-1, -1]], [1])], 2) // prettier-ignore
    expect((await bounds(network, box([0.1, 0.1], [0.9, 0.9]))).crown).toBeCloseTo(0.2, 5)
  })

  it('bounds relu(x) + x on [-1,2]: intervals beat plain CROWN (-1 against -2), α-CROWN finds -1', async () => {
    const network = createNetwork({
      name: 'residual',
      inputShape: [1],
      nodes: [
        { id: 'z', layer: dense([[1]], [0]) },
        { id: 'h', layer: relu },
        { id: 'y', layer: { kind: 'add' }, inputs: ['h', 'z'] },
      ],
    })
    const found = await bounds(network, box([-1], [2]))
    expect(found.interval).toBeCloseTo(-1, 6)
    expect(found.crown).toBeCloseTo(-2, 4)
    expect(found.alpha).toBeCloseTo(-1, 4)
  })

  it('knows where tangents touch the sigmoid', () => {
    expect(lowestTouch(1)).toBeCloseTo(-0.488109, 5)
    expect(slopeAt(lowestTouch(1))).toBeCloseTo(0.235681, 5)
    expect(lowestTouch(3)).toBeCloseTo(-1.264237, 5)
    expect(lowestTouch(0.5)).toBeCloseTo(-0.248457, 5)
  })

  it('does not lose a neuron to float32: relu(x + 2^24) - 2^24 - .5 on [0,1] is not positive', async () => {
    const network = chain([dense([[1]], [2 ** 24]), relu, dense([[1]], [-(2 ** 24)])])
    const found = await bounds(network, box([0], [1]), [1], -0.5)
    for (const bound of Object.values(found)) expect(bound).toBeLessThanOrEqual(-0.5)
  })
})
