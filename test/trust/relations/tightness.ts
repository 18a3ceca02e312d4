// Bounds are as tight as theory says (spec E.2): α-CROWN reaches the triangle relaxation, splitting never loses, complete methods agree.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { createBounder } from '../../../core/bounds/bounder.ts'
import type { Box, OutputRows } from '../../../core/bounds/box.ts'
import { intervalBounds } from '../../../core/bounds/interval.ts'
import { plainCrown } from '../../../core/bounds/row-ascent.ts'
import { SeededRandom } from '../../../core/data/random.ts'
import { createNetwork, type Layer, type Network } from '../../../core/nn/index.ts'
import { solveCellLp } from '../../../core/verify/milp/cell.ts'
import { parameter, piecewiseLinearKinds, randomBox, randomNetwork, relu } from '../../bounds/networks.ts'
import { ask, cellSolver } from '../../verify/bab/task.ts'
import { deciders } from '../blind.ts'
import { ExactNetwork, toNumber } from '../exact/oracle.ts'
import { runs } from '../runs.ts'
import type { Relations, Tools } from './relation.ts'

const longAscent = { iterations: 200, rate: 0.1, decay: 0.98 }
const never = new AbortController().signal

const smallCase = fc
  .record({ kind: fc.constantFrom(...piecewiseLinearKinds), seed: fc.nat(1e6), radius: fc.constantFrom(0.1, 0.4, 1) })
  .map(({ kind, seed, radius }) => {
    const network = randomNetwork(kind, seed)
    return { network, box: randomBox(network, seed + 1, radius, 2) }
  })

const difference = (offset: number, sign = 1): OutputRows => ({
  rows: 1,
  coefficients: Float64Array.of(sign, -sign),
  offsets: Float64Array.of(offset),
})

export const tightnessRelations: Relations = {
  'α-CROWN: at most the triangle relaxation, equal to it at the optimum': (tools) =>
    fc.assert(
      fc.asyncProperty(fc.nat(1e6), async (seed) => {
        const shallow = oneHiddenLayer(seed)
        await requireTriangleOptimum(tools, shallow, randomBox(shallow, seed, 0.4), 1e-3)
        // With more layers the bound is not concave in α: close to the optimum is all that can be asked of an ascent.
        const deep = randomNetwork(piecewiseLinearKinds[seed % piecewiseLinearKinds.length], seed)
        await requireTriangleOptimum(tools, deep, randomBox(deep, seed, 0.4), 0.05)
      }),
      runs(4),
    ),
  'α-CROWN without steps: plain CROWN': ({ engine }) =>
    fc.assert(
      fc.asyncProperty(smallCase, async ({ network, box }) => {
        const bounder = createBounder(engine, network)
        const bounds = intervalBounds(network, box).preActivations
        const still = { iterations: 1, rate: 0, decay: 1 }
        const [plain] = (await bounder.outputs(box, difference(0), bounds, plainCrown)).crown.lower
        const [stepped] = (await bounder.outputs(box, difference(0), bounds, still)).crown.lower
        assert.ok(Math.abs(plain - stepped) <= 1e-5 * (1 + Math.abs(plain)), `${plain} against ${stepped}`)
      }),
      runs(5),
    ),
  'branch and bound: the global bound never falls as splits go deeper': (tools) =>
    fc.assert(
      fc.asyncProperty(smallCase, ({ network, box }) => requireRisingBound(tools, network, box)),
      runs(4),
    ),
  'branch and bound, MILP, splitting of cases and inputs: the verdict of exact enumeration on both sides of the minimum':
    (tools) =>
      fc.assert(
        fc.asyncProperty(smallCase, ({ network, box }) => requireComplete(tools, network, box)),
        runs(4),
      ),
}

function oneHiddenLayer(seed: number): Network {
  const random = new SeededRandom(seed)
  const make = (shape: number[]) => parameter(shape, () => random.normal())
  const layers: Layer[] = [
    { kind: 'dense', weight: make([6, 3]), bias: make([6]) },
    relu,
    { kind: 'dense', weight: make([2, 6]), bias: make([2]) },
  ]
  const nodes = layers.map((layer, i) => ({ id: `n${i}`, layer }))
  return createNetwork({ name: 'shallow', inputShape: [3], nodes })
}

/** With the same bounds of the neurons, α reaches the linear programme over the triangles, and never passes it. */
async function requireTriangleOptimum(
  { engine, pool }: Tools,
  network: Network,
  box: Box,
  tolerance: number,
): Promise<void> {
  const bounds = intervalBounds(network, box).preActivations
  // No two of them want the same lines: an α that rows share cannot be right for all.
  const coefficients = Float64Array.of(1, -1, 1, 0.5, -0.4, 1)
  const rows: OutputRows = { rows: 3, coefficients, offsets: new Float64Array(3) }
  const { crown } = await createBounder(engine, network).outputs(box, rows, bounds, longAscent)
  for (const row of [0, 1, 2]) {
    const cell = { network, box, bounds, phases: new Map<string, Int8Array>(), rows, row }
    const { bound } = await solveCellLp(pool, cell, 5, never)
    const [found, slack] = [crown.lower[row], crown.slack[row]]
    const scale = 1 + Math.abs(bound)
    assert.ok(found <= bound + 1e-6 * scale, `α-CROWN ${found} is above the linear programme's ${bound}`)
    assert.ok(
      found + slack >= bound - tolerance * scale,
      `α-CROWN ${found} is far from the linear programme's ${bound}`,
    )
  }
}

async function requireRisingBound({ engine, pool }: Tools, network: Network, box: Box): Promise<void> {
  const low = toNumber(new ExactNetwork(network, box).minimum(difference(0), 0))
  const seen: number[] = []
  await ask(
    { engine, network, box, property: { kind: 'all-positive', rows: difference(1e-3 - low) } },
    { cells: cellSolver(pool), accept: () => null, progress: ({ lowerBound }) => seen.push(lowerBound) },
  )
  for (const [i, bound] of seen.entries())
    assert.ok(i === 0 || bound >= seen[i - 1], `the bound fell from ${seen[i - 1]} to ${bound}`)
}

async function requireComplete(tools: Tools, network: Network, box: Box): Promise<void> {
  const exact = new ExactNetwork(network, box)
  const low = toNumber(exact.minimum(difference(0), 0))
  for (const gap of [0.01, -0.01])
    for (const [name, decide] of Object.entries(deciders)) {
      const question = { network, box, property: { kind: 'all-positive' as const, rows: difference(gap - low) } }
      const claim = await decide(tools, question, gap > 0 ? 20 : 0.5)
      if (claim) assert.equal(claim.verified, gap > 0, `${name} at a gap of ${gap} from the exact minimum`)
    }
}
