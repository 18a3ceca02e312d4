// The lines that grafting starts with, and what becoming a line would cost.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LineInit } from '../../core/contract/recipe.ts'
import { openEngine, type Engine } from '../../core/engine/engine.ts'
import { scoreByDamage } from '../../core/graft/damage.ts'
import { surveyNeurons } from '../../core/graft/index.ts'
import { initialLines, type Lines } from '../../core/graft/lines.ts'
import { createNetwork } from '../../core/nn/index.ts'
import { all, denseLayer, images, threeNeurons } from './networks.ts'

let engine: Engine
beforeAll(async () => {
  engine = await openEngine({ provider: 'cpu', threads: 1 })
})
afterAll(() => engine.dispose())

const set = { dataset: images, images: all }

async function linesOf(init: LineInit, network = threeNeurons()): Promise<Lines> {
  const survey = await surveyNeurons({
    engine,
    network,
    dataset: images,
    images: all,
    epsilon: 0.5,
    bounds: 'interval',
    cost: 'instability',
  })
  return initialLines(init, engine, network, set, survey)
}

describe('initialLines', () => {
  it('gives every neuron the same line, or none', async () => {
    const given = await linesOf({ kind: 'constant', slope: 0.4, intercept: 0.1 })
    expect(Array.from(given.slope)).toEqual([0.4, 0.4, 0.4].map(Math.fround))
    expect(Array.from(given.intercept)).toEqual([0.1, 0.1, 0.1].map(Math.fround))
    expect(await linesOf({ kind: 'zero' })).toEqual({ slope: new Float32Array(3), intercept: new Float32Array(3) })
  })

  it('fits lines to what the neurons give', async () => {
    // z₀ = −¼, 0, ¼, ½ gives 0, 0, ¼, ½: slope 0.7 and intercept 0.1 by the normal equations; z₁ > 0 and z₂ < 0 are lines already.
    const { slope, intercept } = await linesOf({ kind: 'least-squares' })
    expect(slope[0]).toBeCloseTo(0.7, 5)
    expect(intercept[0]).toBeCloseTo(0.1, 5)
    expect(slope[1]).toBeCloseTo(1, 5)
    expect(intercept[1]).toBeCloseTo(0, 5)
    expect([slope[2], intercept[2]]).toEqual([0, 0])
  })

  it('lays lines through the middle of the mean bounds', async () => {
    // z₀ has the bounds [−½, ¼], [−½, ½], [−¼, ½], [0, ½]: in the mean l = −5/16, u = 7/16, slope 7/12, intercept 5·7/(16·24).
    const { slope, intercept } = await linesOf({ kind: 'bound' })
    expect(slope[0]).toBeCloseTo(7 / 12, 5)
    expect(intercept[0]).toBeCloseTo(35 / 384, 5)
    expect([slope[1], slope[2]]).toEqual([1, 0])
    expect(intercept[1]).toBeCloseTo(0, 6)
  })

  it('lays the line of a sigmoid between the tangents parallel to its chord', async () => {
    const network = createNetwork({
      name: 'sigmoid',
      inputShape: [2],
      nodes: [
        { id: 'first', layer: denseLayer([[8, 0]], [-4]) },
        { id: 'sigmoid', layer: { kind: 'sigmoid' } },
        { id: 'out', layer: denseLayer([[1], [0]], [0, 0]) },
      ],
    })
    const { slope, intercept } = await linesOf({ kind: 'bound' }, network)
    const [l, u] = [-2.5, 3.5]
    const value = (z: number): number => 1 / (1 + Math.exp(-z))
    const chord = (value(u) - value(l)) / (u - l)
    expect(slope[0]).toBeCloseTo(chord, 5)
    const gaps = Array.from({ length: 6001 }, (_, i) => value(l + i / 1000) - chord * (l + i / 1000))
    expect(intercept[0]).toBeCloseTo((Math.min(...gaps) + Math.max(...gaps)) / 2, 5)
  })
})

describe('scoreByDamage', () => {
  it('is nothing for neurons that are lines on all images', async () => {
    const lines = await linesOf({ kind: 'least-squares' })
    const damage = await scoreByDamage(engine, threeNeurons(), set, lines)
    expect(damage[0]).toBeGreaterThan(1e-3)
    expect(damage[1]).toBeLessThan(1e-6)
    expect(damage[2]).toBeLessThan(1e-6)
  })
})
