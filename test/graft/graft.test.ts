// Grafted networks: which neurons become lines, and the equalities that must hold (spec E.3).
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ball } from '../../core/bounds/ball.ts'
import { createBounder } from '../../core/bounds/bounder.ts'
import type { Box, OutputRows } from '../../core/bounds/box.ts'
import { graftSchema, type GraftOptions } from '../../core/contract/recipe.ts'
import { SeededRandom } from '../../core/data/random.ts'
import { openEngine, type Engine } from '../../core/engine/engine.ts'
import { graftedNeurons, graftNeurons, planGraft, readyToGraft, type Lines } from '../../core/graft/index.ts'
import { buildArchitecture, countNeurons, evaluate64, removeNeurons, type Network } from '../../core/nn/index.ts'
import { stripes } from '../train/helpers.ts'

let engine: Engine
beforeAll(async () => {
  engine = await openEngine({ provider: 'cpu', threads: 1 })
})
afterAll(() => engine.dispose())

/** ConvSmall on 16×16 images: 16·49 + 32·4 + 100 neurons. */
const network = buildArchitecture('convSmall', [1, 16, 16], 3)
const neurons = countNeurons(network)

function constant(slope: number, intercept: number): Lines {
  return { slope: new Float32Array(neurons).fill(slope), intercept: new Float32Array(neurons).fill(intercept) }
}

const everyNeuron = Uint32Array.from({ length: neurons }, (_, j) => j)

function point(seed: number): Float64Array {
  const random = new SeededRandom(seed)
  return Float64Array.from({ length: 256 }, () => random.uniform())
}

const box: Box = ball(point(1), 0.05, true)
/** The first logit alone. */
const firstLogit: OutputRows = { rows: 1, coefficients: Float64Array.of(1, ...new Float64Array(9)), offsets: new Float64Array(1) } // prettier-ignore

/** Without the slack for float32 rounding. */
async function lowerBound(of: Network): Promise<number> {
  const bounder = createBounder(engine, of)
  const { lower, slack } = (await bounder.outputs(box, firstLogit, await bounder.preActivations(box))).crown
  return lower[0] + slack[0]
}

describe('graftNeurons', () => {
  it('makes lines of the chosen neurons only, and keeps those that are lines', () => {
    const once = graftNeurons(network, Uint32Array.of(0, 5, neurons - 1), constant(0.4, 0.2))
    const twice = graftNeurons(once, Uint32Array.of(0, 7), constant(3, 3))
    expect(Array.from(graftedNeurons(twice).keys()).filter((j) => graftedNeurons(twice)[j] === 1)).toEqual([
      0,
      5,
      7,
      neurons - 1,
    ])
    const first = twice.nodes.find(({ id }) => id === 'relu1')?.layer
    expect(first?.kind === 'graftedRelu' && [first.slope.data[0], first.slope.data[7]]).toEqual([Math.fround(0.4), 3])
    expect(twice.nodes.find(({ id }) => id === 'relu2')?.layer.kind).toBe('relu')
  })

  it('with a = 1, b = 0 everywhere is the affine network: sums of points go to sums, and CROWN is exact', async () => {
    const affine = graftNeurons(network, everyNeuron, constant(1, 0))
    const [x, y] = [point(2), point(3)]
    const at = (z: Float64Array): Float64Array => evaluate64(affine, z)
    const middle = at(x.map((value, i) => (value + y[i]) / 2))
    at(x).forEach((value, k) => expect(middle[k]).toBeCloseTo((value + at(y)[k]) / 2, 12))
    // The exact minimum over the box: the gradient of an affine function, by differences of its corners.
    const zero = at(new Float64Array(256))[0]
    const least = box.lower.reduce((sum, lower, i) => {
      const unit = new Float64Array(256)
      unit[i] = 1
      const weight = at(unit)[0] - zero
      return sum + weight * (weight > 0 ? lower : box.upper[i])
    }, zero)
    expect(await lowerBound(affine)).toBeCloseTo(least, 5)
  })

  it('with a = b = 0 is the network without the neurons, bounds included', async () => {
    const offset = 16 * 49 + 32 * 4
    const gone = Uint32Array.from({ length: 40 }, (_, i) => offset + 2 * i)
    const zero = graftNeurons(network, gone, constant(0, 0))
    const keep = Array.from({ length: 100 }, (_, i) => i).filter((i) => !gone.includes(offset + i))
    const removed = removeNeurons(network, 'relu3', keep)
    const x = point(4)
    evaluate64(zero, x).forEach((value, k) => expect(value).toBeCloseTo(evaluate64(removed, x)[k], 12))
    expect(await lowerBound(zero)).toBeCloseTo(await lowerBound(removed), 6)
  })

  it('made ready for gradual grafting is the same function to the last bit', () => {
    const ready = readyToGraft(network)
    expect(evaluate64(ready, point(5))).toEqual(evaluate64(network, point(5)))
    expect(graftedNeurons(ready).includes(1)).toBe(false)
  })
})

describe('planGraft', () => {
  const small = buildArchitecture('net1', [2], 1, { classes: 2 })

  function plan(options: Partial<GraftOptions>) {
    const parsed = graftSchema.parse({ method: 'graft', ratio: 0.5, images: 20, scored: 20 })
    return planGraft({
      engine,
      network: small,
      dataset: stripes(60, 'train'),
      options: { ...parsed, ...options },
      epsilon: 0.1,
      seed: 1,
    })
  }

  it('grafts exactly ⌊ratio·N⌋ neurons by every criterion, cost, significance and line', async () => {
    const ways: Partial<GraftOptions>[] = [
      {},
      { criterion: 'cost', cost: 'gap', init: { kind: 'least-squares' } },
      { criterion: 'fixed', cost: 'branching', bounds: 'interval', significance: 'activation' },
      { criterion: 'significance', significance: 'damage', init: { kind: 'bound' } },
      { criterion: 'random', init: { kind: 'zero' } },
      { significance: 'hydra', hydraEpochs: 1 },
    ]
    for (const options of ways) {
      const { neurons: chosen, lines } = await plan(options)
      expect(chosen.length).toBe(56)
      const grafted = graftNeurons(small, chosen, lines)
      expect(graftedNeurons(grafted).reduce((sum, line) => sum + line, 0)).toBe(56)
      expect(lines.slope.every(Number.isFinite) && lines.intercept.every(Number.isFinite)).toBe(true)
    }
  })

  it('chooses the same neurons again', async () => {
    const [a, b] = [await plan({}), await plan({})]
    expect(a.neurons).toEqual(b.neurons)
  })
})
