// What bounds say about neurons: counts of images, mean bounds, the share of the bound gap, on numbers a person can check.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openEngine, type Engine } from '../../core/engine/engine.ts'
import { graftNeurons, surveyNeurons, type SurveyRequest } from '../../core/graft/index.ts'
import { createNetwork } from '../../core/nn/index.ts'
import { all, denseLayer, images, threeNeurons } from './networks.ts'

let engine: Engine
beforeAll(async () => {
  engine = await openEngine({ provider: 'cpu', threads: 1 })
})
afterAll(() => engine.dispose())

function request(given: Partial<SurveyRequest> = {}): SurveyRequest {
  const network = threeNeurons()
  return {
    engine,
    network,
    dataset: images,
    images: all,
    epsilon: 0.125,
    bounds: 'crown',
    cost: 'instability',
    ...given,
  }
}

describe('surveyNeurons', () => {
  it('counts the images with l ≤ 0 ≤ u, and takes the mean of the bounds', async () => {
    // z₀ = x₀ − ½ ± ⅛ meets 0 on the second image alone; x₀ = 1 + ⅛ is clipped to 1.
    const { unstable, lower, upper, cost } = await surveyNeurons(request())
    expect(Array.from(unstable)).toEqual([1, 0, 0])
    expect(Array.from(cost)).toEqual([0.25, 0, 0])
    expect(lower[0]).toBeCloseTo((-0.375 - 0.125 + 0.125 + 0.375) / 4, 6)
    expect(upper[0]).toBeCloseTo((-0.125 + 0.125 + 0.375 + 0.5) / 4, 6)
    expect(lower[2]).toBeCloseTo(-2.625, 6)
  })

  it('gives the same counts by intervals where those are exact, and counts more with a larger ε', async () => {
    expect(await surveyNeurons(request({ bounds: 'interval' }))).toMatchObject({
      unstable: (await surveyNeurons(request())).unstable,
    })
    const { unstable } = await surveyNeurons(request({ epsilon: 0.25 }))
    expect(Array.from(unstable)).toEqual([3, 0, 0])
  })

  it('never counts a neuron that is a line', async () => {
    const lines = { slope: new Float32Array(3).fill(0.4), intercept: new Float32Array(3) }
    const network = graftNeurons(threeNeurons(), Uint32Array.of(0), lines)
    const { unstable } = await surveyNeurons(request({ network, epsilon: 0.5 }))
    expect(Array.from(unstable)).toEqual([0, 0, 0])
  })

  it('shares the gap by |Λ| times the height of the triangle', async () => {
    // Both neurons have l = −¼, u = ¼ on the image x₀ = ½; Λ is ±1 and ±3: shares ¼ and ¾.
    const network = createNetwork({
      name: 'gap',
      inputShape: [2],
      nodes: [
        { id: 'first', layer: denseLayer([[1, 0], [-1, 0]], [-0.5, 0.5]) }, // prettier-ignore
        { id: 'relu', layer: { kind: 'relu' } },
        { id: 'out', layer: denseLayer([[1, 3], [0, 0]], [0, 0]) }, // prettier-ignore
      ],
    })
    const given = { network, images: Uint32Array.of(1), epsilon: 0.25 }
    const { cost } = await surveyNeurons(request({ ...given, cost: 'gap' }))
    expect(cost[0]).toBeCloseTo(0.25, 5)
    expect(cost[1]).toBeCloseTo(0.75, 5)
    // BaBSR with Λ = (1, 3), slope ½, biases ∓½ : |min(¼, −¼)| = ¼, |min(−¾, ¾)| = ¾.
    const branching = await surveyNeurons(request({ ...given, cost: 'branching' }))
    expect(branching.cost[0]).toBeCloseTo(0.25, 5)
    expect(branching.cost[1]).toBeCloseTo(0.75, 5)
  })
})
