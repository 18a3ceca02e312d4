// Hand-made networks whose exact answers a person can work out (spec E.1).
import type { Box, OutputRows } from '../../core/bounds/box.ts'
import { createNetwork, type Layer, type Network } from '../../core/nn/index.ts'
import type { Problem } from '../../core/verify/problem.ts'

export function denseLayer(weight: readonly (readonly number[])[], bias: readonly number[]): Layer {
  return {
    kind: 'dense',
    weight: { shape: [weight.length, weight[0].length], data: Float64Array.from(weight.flat()) },
    bias: { shape: [bias.length], data: Float64Array.from(bias) },
  }
}

/** Dense layers with a ReLU between each two. */
export function mlp(name: string, ...layers: readonly Layer[]): Network {
  const first = layers[0]
  if (first.kind !== 'dense') throw new Error('dense layers only')
  const nodes = layers.flatMap((layer, i) => [
    { id: `fc${i}`, layer },
    ...(i < layers.length - 1 ? [{ id: `relu${i}`, layer: { kind: 'relu' } as const }] : []),
  ])
  return createNetwork({ name, inputShape: [first.weight.shape[1]], nodes })
}

/** E.1.1: three classes, affine; unclipped radius .525, clipped to [0,1] never falsified. */
export const linear = mlp(
  'linear',
  denseLayer(
    [
      [1, 2],
      [-1, 0.5],
      [0, -1],
    ],
    [0.2, 0, 0.1],
  ),
)

/** E.1.6: outputs [1 − |x1 − x2|, 0]; around (.5, .5) the margin of class 0 is 1 − 2ε, so that the radius is .5. */
export const xor = mlp(
  'xor',
  denseLayer(
    [
      [1, -1],
      [-1, 1],
    ],
    [0, 0],
  ),
  denseLayer(
    [
      [-1, -1],
      [0, 0],
    ],
    [1, 0],
  ),
)

/** E.1.4: relu(x) − relu(x − .5) on [−1, 1]: minimum 0, attained for every x ≤ 0. */
export const step = mlp('step', denseLayer([[1], [1]], [0, -0.5]), denseLayer([[1, -1]], [0]))

/** First layer all but constant, as sparse training leaves it; what comes out is of all three neurons. */
export const allButConstant = (size: number): Network =>
  mlp(
    'tiny',
    denseLayer([[size, -size], [1, 1], [size, size]], [size / 2, -0.5, 0.25]),
    denseLayer([[1, 1, 1], [-1, size, 2]], [0, size]),
    denseLayer([[1, -1]], [0]),
  ) // prettier-ignore

/** E.1.5: relu(x) − x/2 on [−1, 1]: minimum 0, attained at 0 only. x is carried through as relu(x) − relu(−x). */
export const vee = mlp('vee', denseLayer([[1], [-1]], [0, 0]), denseLayer([[0.5, 0.5]], [0]))

/** E.1.8: the tent map 2·relu(x) − 4·relu(x − .5), iterated: on [0, 1] its minimum is 0, its maximum 1, with 2^k pieces. */
export function tent(iterations: number): Network {
  const hidden = Array.from({ length: iterations - 1 }, () =>
    denseLayer(
      [
        [2, -4],
        [2, -4],
      ],
      [0, -0.5],
    ),
  )
  return mlp(`tent ${iterations}`, denseLayer([[1], [1]], [0, -0.5]), ...hidden, denseLayer([[2, -4]], [0]))
}

/** Every row c·f(x) + d > 0 on the box. */
export function problem(network: Network, lower: number[], upper: number[], rows: OutputRows): Problem {
  const box: Box = { lower: Float64Array.from(lower), upper: Float64Array.from(upper) }
  return { network, box, property: { kind: 'all-positive', rows } }
}

/** One row over one output: sign·f(x) + offset. */
export function row(sign: number, offset: number): OutputRows {
  return { rows: 1, coefficients: Float64Array.of(sign), offsets: Float64Array.of(offset) }
}
