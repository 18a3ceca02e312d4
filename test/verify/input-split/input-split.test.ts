// Input splitting on random networks of few inputs: what it proves holds, what it finds replays, and it finishes where it can.
import { describe, expect, it } from 'vitest'
import type { Box } from '../../../core/bounds/box.ts'
import { SeededRandom } from '../../../core/data/random.ts'
import { createNetwork, evaluate64, type Layer, type Network } from '../../../core/nn/index.ts'
import { denseLayers } from '../../../core/verify/input-split/chain.ts'
import { decideByInputSplit } from '../../../core/verify/input-split/decide.ts'
import { BoxStack, emptyBox } from '../../../core/verify/input-split/stack.ts'
import type { Problem } from '../../../core/verify/problem.ts'
import { propertyValue, Replay } from '../../../core/verify/replay.ts'
import { rowValues } from '../../../core/verify/rows.ts'

function dense(random: SeededRandom, outputs: number, inputs: number): Layer {
  const values = (n: number, scale: number) => Float32Array.from({ length: n }, () => scale * random.normal())
  return {
    kind: 'dense',
    weight: { shape: [outputs, inputs], data: values(outputs * inputs, 1.4 / Math.sqrt(inputs)) },
    bias: { shape: [outputs], data: values(outputs, 0.3) },
  }
}

function randomChain(seed: number, inputs = 2): Network {
  const random = new SeededRandom(seed)
  const sizes = [inputs, 8, 7, 6, 3]
  const nodes = sizes.slice(1).flatMap((size, i) => {
    const layer = { id: `d${i}`, layer: dense(random, size, sizes[i]) }
    return i === sizes.length - 2 ? [layer] : [layer, { id: `r${i}`, layer: { kind: 'relu' } as const }]
  })
  return createNetwork({ name: `chain ${seed}`, inputShape: [inputs], nodes })
}

const box: Box = { lower: Float64Array.of(-1, -0.7), upper: Float64Array.of(0.8, 1) }

function problemOf(network: Network, kind: Problem['property']['kind'], shift: number): Problem {
  const rows = {
    rows: 2,
    coefficients: Float64Array.of(1, -1, 0, 1, 0, -1),
    offsets: Float64Array.of(shift, shift),
  }
  return { network, box, property: { kind, rows } }
}

/** The property's least value over a grid of the box: an upper bound of its minimum, and close to it. */
function leastOnGrid(problem: Problem, steps = 200): number {
  let least = Infinity
  for (let i = 0; i <= steps; i++)
    for (let j = 0; j <= steps; j++) {
      const x = Float64Array.of(
        box.lower[0] + ((box.upper[0] - box.lower[0]) * i) / steps,
        box.lower[1] + ((box.upper[1] - box.lower[1]) * j) / steps,
      )
      const values = rowValues(problem.property.rows, evaluate64(problem.network, x))
      least = Math.min(least, propertyValue(problem, values))
    }
  return least
}

async function decide(problem: Problem, seconds = 30) {
  const replay = new Replay(problem)
  const report = await decideByInputSplit({
    network: problem.network,
    box: problem.box,
    property: problem.property,
    openRows: [0, 1],
    seconds,
    signal: new AbortController().signal,
    accept: (point) => replay.accept(point),
    progress: () => undefined,
  })
  return report ?? expect.fail('the network is a chain')
}

describe.each(['all-positive', 'any-positive'] as const)('%s', (kind) => {
  it.each([1, 2, 3, 4])(
    'chain %i: proves a property that holds narrowly and refutes one that fails narrowly',
    async (seed) => {
      const network = randomChain(seed)
      const least = leastOnGrid(problemOf(network, kind, 0))
      const holds = await decide(problemOf(network, kind, 0.05 - least))
      expect(holds).toMatchObject({ status: 'verified', witness: null, reason: null })
      expect(holds.lowerBound).toBeGreaterThan(0)
      expect(holds.lowerBound).toBeLessThanOrEqual(0.05 + 1e-6)
      const fails = await decide(problemOf(network, kind, -0.01 - least))
      expect(fails.status).toBe('falsified')
      expect(fails.witness?.margin).toBeLessThan(0)
    },
  )
})

it('does not answer where it has no time, and never calls a tie verified', async () => {
  const network = randomChain(5)
  const least = leastOnGrid(problemOf(network, 'all-positive', 0))
  expect((await decide(problemOf(network, 'all-positive', 0.001 - least), 1e-6)).status).toBe('unknown')
  const zero: Layer = {
    kind: 'dense',
    weight: { shape: [3, 2], data: new Float32Array(6) },
    bias: { shape: [3], data: new Float32Array(3) },
  }
  const flat = createNetwork({ name: 'flat', inputShape: [2], nodes: [{ id: 'd', layer: zero }] })
  const tie = await decide(problemOf(flat, 'all-positive', 0), 5)
  expect(tie).toMatchObject({ status: 'unknown', witness: null, reason: 'a box is too small to be halved' })
  expect(tie.lowerBound).toBeLessThanOrEqual(0)
})

it('takes chains of dense layers and ReLUs alone', () => {
  const random = new SeededRandom(1)
  const nodes = [
    { id: 'd', layer: dense(random, 3, 2) },
    { id: 's', layer: { kind: 'sigmoid' } as const },
  ]
  expect(denseLayers(createNetwork({ name: 'sigmoid', inputShape: [2], nodes }))).toBeNull()
  expect(denseLayers(randomChain(1))).toMatchObject({ hidden: { length: 3 }, last: { kind: 'dense' } })
})

it('the stack gives boxes back newest first and grows', () => {
  const stack = new BoxStack(2, 1, 2)
  const boxOf = (i: number) => ({
    lower: Float64Array.of(i, 0),
    upper: Float64Array.of(i, 1),
    phases: Int8Array.of(i % 2),
    bound: -i,
    node: i,
  })
  for (let i = 0; i < 5; i++) stack.push(boxOf(i))
  expect([stack.size, stack.worst]).toEqual([5, -4])
  const into = emptyBox(2, 1)
  for (let i = 4; i >= 0; i--) {
    stack.pop(into)
    expect(into).toEqual(boxOf(i))
  }
  expect(stack.worst).toBe(Infinity)
})
