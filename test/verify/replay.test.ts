// Nothing passes the replay that is not strictly wrong, inside the box, on the original network.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evaluate64 } from '../../core/nn/index.ts'
import { robustness, type Problem } from '../../core/verify/problem.ts'
import { Replay, requireConsistent } from '../../core/verify/replay.ts'
import { denseLayer, linear, mlp, problem, row, step } from './known-networks.ts'
import { outcomeOf } from './outcomes.ts'
import { differenceRow, networkCase } from './random-networks.ts'

const identity = mlp('identity', denseLayer([[1]], [0]))

describe('replay', () => {
  it('accepts a strictly wrong point and reports output, margin and distance', () => {
    const ask = robustness({ network: linear, image: Float32Array.of(0.5, 0.5), label: 0, epsilon: 0.6, clip: false })
    const corner = Float64Array.of(-0.09, -0.09)
    const witness = new Replay(ask).accept(corner)
    expect(witness?.input).toEqual(corner)
    expect(witness?.output).toEqual(evaluate64(linear, corner))
    expect(witness?.margin).toBeCloseTo(-0.26, 12)
    expect(witness?.linf).toBeCloseTo(0.59, 12)
  })

  it('moves points into the box first, so that what is wrong only outside is no witness', () => {
    const replay = new Replay(problem(identity, [0.5], [1], row(1, 0)))
    expect(replay.accept([-3])).toBeNull()
    expect(new Replay(problem(identity, [-1], [1], row(1, 0))).accept([-3])?.input).toEqual(Float64Array.of(-1))
  })

  it('rejects ties', () => {
    expect(new Replay(problem(step, [-1], [1], row(1, 0))).accept([-1])).toBeNull()
  })

  it('rejects margins within the rounding error of float64', () => {
    // (0.1 + 0.2) − 0.3 is 5.6e-17 in float64 although it is 0 on paper; its negation is no counterexample.
    const noisy = mlp('noisy', denseLayer([[0.1, 0.2, -0.3]], [0]))
    const ask = problem(noisy, [1, 1, 1], [1, 1, 1], row(-1, 0))
    expect(-evaluate64(noisy, Float64Array.of(1, 1, 1))[0]).toBeLessThan(0)
    expect(new Replay(ask).accept([1, 1, 1])).toBeNull()
  })

  it.each([[[NaN]], [[Infinity, 0]], [[]], [[0, 0]]])('rejects %j', (point) => {
    const ask = problem(identity, [-1], [-0.5], row(1, 0))
    expect(new Replay(ask).accept(point)).toBeNull()
  })

  it('wants all rows negative for a targeted question', () => {
    const ask: Problem = {
      ...problem(linear, [-1, -1], [1, 1], {
        rows: 2,
        coefficients: Float64Array.of(1, -1, 0, 0, -1, 1),
        offsets: Float64Array.of(0, 0),
      }),
    }
    const targeted: Problem = { ...ask, property: { kind: 'any-positive', rows: ask.property.rows } }
    const point = [-0.5, -0.5] // outputs −1.3, .25, .6: class 1 beats 0, class 2 beats 1
    expect(new Replay(ask).accept(point)).not.toBeNull()
    expect(new Replay(targeted).accept(point)).toBeNull()
  })

  it('has an error bound above the difference between two orders of summation', () => {
    fc.assert(
      fc.property(networkCase, fc.double({ min: 0, max: 1, noNaN: true }), ({ network, box }, t) => {
        const replay = new Replay({ network, box, property: { kind: 'all-positive', rows: differenceRow() } })
        const { input, values, errors } = replay.evaluate(box.lower.map((low, i) => low + t * (box.upper[i] - low)))
        const reversed = reversedDense(network)
        const output = evaluate64(reversed, input)
        expect(Math.abs(output[0] - output[1] - values[0])).toBeLessThanOrEqual(2 * errors[0])
        expect(errors[0]).toBeGreaterThan(0)
        expect(errors[0]).toBeLessThan(1e-11)
      }),
      { numRuns: 200 },
    )
  })
})

describe('requireConsistent', () => {
  const ask = problem(identity, [-1], [1], row(1, 0))

  it('stops the run when a replayed point contradicts a proof', () => {
    expect(() => requireConsistent(new Replay(ask), outcomeOf('verified'), [[0.5], [-0.5]])).toThrow(
      expect.objectContaining({ code: 'verify/soundness' }),
    )
  })

  it('lets consistent outcomes pass', () => {
    requireConsistent(new Replay(ask), outcomeOf('verified'), [[0.5], [0]])
    requireConsistent(new Replay(ask), outcomeOf('unknown'), [[-0.5]])
  })
})

/** The same function with the hidden units of the first dense layer in reverse order: other sums, same real numbers. */
function reversedDense(network: Parameters<typeof evaluate64>[0]): Parameters<typeof evaluate64>[0] {
  const at = network.nodes.findIndex(({ id }) => id === 'c')
  const node = network.nodes[at]
  if (node.layer.kind !== 'dense') throw new Error('c is dense')
  const { weight, bias } = node.layer
  const [out, inputs] = weight.shape
  const doubled = new Float64Array(out * inputs)
  for (let o = 0; o < out; o++)
    for (let i = 0; i < inputs; i++) doubled[o * inputs + i] = weight.data[o * inputs + inputs - 1 - i]
  const reverse = new Float64Array(inputs * inputs)
  for (let i = 0; i < inputs; i++) reverse[i * inputs + inputs - 1 - i] = 1
  const nodes = [
    ...network.nodes.slice(0, at),
    {
      ...node,
      id: 'reverse',
      shape: [inputs],
      layer: {
        kind: 'dense',
        weight: { shape: [inputs, inputs], data: reverse },
        bias: { shape: [inputs], data: new Float64Array(inputs) },
      } as const,
    },
    {
      ...node,
      inputs: ['reverse'],
      layer: { kind: 'dense', weight: { shape: weight.shape, data: doubled }, bias } as const,
    },
  ]
  return { ...network, nodes }
}
