// Chosen elements of the input in a new order and shape: reshape, transpose, slice and gather in one affine kind.
import { z } from 'zod'
import { constant } from '../../engine/constant.ts'
import { tf, type Tensor } from '../../engine/tensor.ts'
import { monotoneInterval } from './interval.ts'
import { formatShape, sizeOf, type AffineLayerRule, type Shape } from './rule.ts'

/** Output element k (row-major in `shape`) is input element `indices[k]`; null keeps the order and only changes the shape. */
export interface GatherLayer {
  readonly kind: 'gather'
  readonly shape: Shape
  readonly indices: readonly number[] | null
}

export const gatherRule: AffineLayerRule<GatherLayer> = {
  arity: 1,
  slots: [],
  attributes: z.strictObject({
    shape: z.array(z.int().positive()).min(1).max(3),
    indices: z.array(z.int().min(0)).nullable(),
  }),

  outputShape({ shape, indices }, [input], fail) {
    const size = sizeOf(input)
    if (indices === null && size !== sizeOf(shape)) fail('input', `as many elements as ${formatShape(shape)}`, input)
    if (indices === null) return shape
    if (indices.length !== sizeOf(shape)) fail('the number of indices', `${sizeOf(shape)}`, `${indices.length}`)
    const outside = indices.find((index) => !Number.isInteger(index) || index < 0 || index >= size)
    if (outside !== undefined) fail('an index', `a position in ${formatShape(input)}`, `${outside}`)
    return shape
  },

  evaluate({ indices }, [x]) {
    return indices === null ? x : Float64Array.from(indices, (index) => x[index])
  },

  forward(layer, [x]) {
    return gathered(layer, x)
  },

  interval(layer, [box]) {
    return monotoneInterval(box, (x) => gathered(layer, x))
  },

  adjoint({ indices }, outgoing, _parameters, [input]) {
    const rows = outgoing.shape[0]
    const flat = tf.reshape(outgoing, [rows, -1])
    const pulled = indices === null ? flat : scattered(flat, indices, sizeOf(input))
    return { coefficients: [tf.reshape(pulled, [rows, ...input])], constant: tf.zeros([rows]) }
  },
}

function gathered({ shape, indices }: GatherLayer, x: Tensor): Tensor {
  const batch = x.shape[0]
  if (indices === null) return tf.reshape(x, [batch, ...shape])
  const picked = tf.gather(tf.reshape(x, [batch, -1]), positions(indices), 1)
  return tf.reshape(picked, [batch, ...shape])
}

/**
 * Column j of the result is the sum of the columns k of `flat` [rows, outputs] with indices[k] = j. As a sum of gathers,
 * one for each time an input can be read, from `flat` with a column of zeros behind it.
 */
function scattered(flat: Tensor, indices: readonly number[], size: number): Tensor {
  const padded = tf.concat([flat, tf.zeros([flat.shape[0], 1])], 1)
  const [first, ...others] = readers(indices, size).map((columns) => tf.gather(padded, positions(columns), 1))
  return others.reduce((sum, term) => tf.add(sum, term), first)
}

/** `readers[t][j]` is the t-th output that reads input j, or `indices.length` (the column of zeros) where there is none. */
function readers(indices: readonly number[], size: number): number[][] {
  const counts = new Uint32Array(size)
  const layers: number[][] = []
  for (const [output, index] of indices.entries()) {
    const turn = counts[index]++
    if (turn === layers.length) layers.push(new Array<number>(size).fill(indices.length))
    layers[turn][index] = output
  }
  return layers
}

function positions(indices: readonly number[]): Tensor {
  return constant(Int32Array.from(indices), [indices.length])
}
