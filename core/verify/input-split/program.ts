// One recorded program that bounds many boxes: CROWN for every layer of every box anew, then for the rows (spec C.2, C.7).
import { constant, type ProgramDefinition } from '../../engine/engine.ts'
import { tf, type Tensor } from '../../engine/tensor.ts'
import { FLOOR } from '../../bounds/rounding.ts'
import type { StartRows } from '../../bounds/start.ts'
import type { DenseChain, HiddenLayer } from './chain.ts'

/**
 * `bound` [boxes, rows], rounding taken off; `coefficients` [boxes, rows, inputs] on the input; `points`
 * [boxes, rows + 1, inputs], the minimisers and the centre, with the rows' true values there, `values` [boxes, rows + 1, rows].
 */
export type BoxOutput = 'bound' | 'coefficients' | 'points' | 'values'

/**
 * What one layer does to rows pulled back through it, [boxes, neurons + 1, inputs + 1] each; the last column is the rows'
 * constant. With p the rows and n = min(p, 0) the next rows are p·straight + n·bent, so that lines, weights, bias and
 * rounding (|p| = p − 2n) all are in two matrix products.
 */
interface Passage {
  readonly straight: Tensor
  readonly bent: Tensor
}

/**
 * What rounding can do to a sum of n products that are sums of two products themselves, relative to the sum of absolute
 * values: worst case for short sums, four times what random roundings give for long ones, and a few for the lines. An
 * estimate and not a proof, like all of tier `float32`.
 */
function roundingOf(n: number): number {
  return (Math.min(2 * n + 4, 4 * Math.sqrt(2 * n) + 8) + 16) * 2 ** -24
}

/** Keeps the division of the chord's slope away from 0/0. What it takes off the chord is less than `FLOOR` adds to the loss. */
const TINY = 1e-30

/** Inputs `centre` and `radius`, [boxes, inputs] each: a box lies in centre ± radius. */
export function boxDefinition(
  chain: DenseChain,
  rows: StartRows,
  boxes: number,
  key: string,
): ProgramDefinition<'centre' | 'radius', BoxOutput> {
  const shape = [boxes, chain.inputs]
  return {
    name: 'input split',
    key: `input split ${key}`,
    inputs: { centre: { shape }, radius: { shape } },
    build: ({ centre, radius }) => {
      const pass = new BoxPass(chain, boxes, centre, radius)
      for (const layer of chain.layers) pass.boundLayer(layer)
      const { bound, input } = pass.rowBounds(rows)
      const points = pass.points(input, rows.rows)
      const values = pass.values(points, rows)
      return { bound, coefficients: input, points, values }
    },
  }
}

class BoxPass {
  readonly #chain: DenseChain
  readonly #boxes: number
  readonly #centre: Tensor
  readonly #radius: Tensor
  readonly #passages: Passage[] = []
  /** Largest magnitudes of the next layer's inputs, [boxes, inputs]. */
  #magnitude: Tensor
  /** What coefficients of size `FLOOR` could lose in all layers so far: covers those that underflow, [boxes, 1]. */
  #underflow: Tensor

  constructor(chain: DenseChain, boxes: number, centre: Tensor, radius: Tensor) {
    this.#chain = chain
    this.#boxes = boxes
    this.#centre = centre
    this.#radius = radius
    this.#magnitude = tf.add(tf.abs(centre), radius)
    this.#underflow = floored(tf.mul(this.#magnitude, tf.scalar(roundingOf(chain.inputs))))
  }

  /** Bounds the next layer's pre-activations z by rows ±z, and keeps what it does to rows on those bounds. */
  boundLayer(layer: HiddenLayer): void {
    const { neurons, inputs, root, weight, bias } = layer
    const { bound } = this.#bound(signedRows(layer))
    const [low, high] = tf.split(bound, 2, 1)
    const size = this.#sizes(weight, bias)
    const rounding = tf.mul(size, tf.scalar(roundingOf(inputs)))
    const wide = (data: Float32Array): Tensor => constant(data, [1, neurons])
    const lower = tf.maximum(tf.sub(low, rounding), wide(root.lower))
    const upper = tf.minimum(tf.sub(rounding, high), wide(root.upper))
    this.#passages.push(this.#passage(layer, lower, upper, size))
    this.#magnitude = tf.relu(upper)
  }

  /** Lower bounds of the output rows [boxes, rows], and Λ on the input. */
  rowBounds(rows: StartRows): { bound: Tensor; input: Tensor } {
    const { bound, input } = this.#bound(startRows(rows))
    const rounding = tf.mul(this.#sizes(rows.coefficients, rows.offsets), tf.scalar(roundingOf(rows.size)))
    return { bound: tf.sub(bound, rounding), input }
  }

  /**
   * |matrix|·|h| + |offsets|: what the products of rows with the next layer's inputs can add up to, [boxes, rows]. A floor
   * under |matrix| covers coefficients that float32 flushes to zero.
   */
  #sizes(matrix: Float32Array, offsets: Float32Array): Tensor {
    const rows = offsets.length
    const absolute = constant(
      matrix.map((value) => Math.abs(value) + FLOOR),
      [rows, matrix.length / rows],
    )
    return tf.add(tf.matMul(this.#magnitude, absolute, false, true), constant(offsets.map(Math.abs), [1, rows]))
  }

  #passage({ weight, bias, neurons, inputs }: HiddenLayer, lower: Tensor, upper: Tensor, size: Tensor): Passage {
    const above = tf.relu(upper)
    const below = tf.relu(tf.neg(lower))
    const upperSlope = tf.div(above, tf.maximum(tf.add(above, below), tf.scalar(TINY)))
    const lowerSlope = tf.cast(tf.greater(upper, tf.neg(lower)), 'float32')
    const slopeGap = tf.sub(upperSlope, lowerSlope)
    const largest = tf.add(tf.add(size, tf.maximum(tf.abs(lower), tf.abs(upper))), tf.scalar(FLOOR))
    const loss = tf.mul(tf.mul(tf.maximum(lowerSlope, upperSlope), largest), tf.scalar(roundingOf(neurons)))
    this.#underflow = tf.add(this.#underflow, floored(loss))
    const upperIntercept = tf.mul(below, upperSlope)
    const through = constant(affineMatrix(weight, bias), [1, neurons + 1, inputs + 1])
    const place = new Float32Array(inputs + 1)
    place[inputs] = 1
    const intoConstant = constant(place, [1, 1, inputs + 1])
    const column = (values: Tensor, last: number): Tensor =>
      tf.reshape(tf.concat([values, tf.add(tf.zeros([this.#boxes, 1]), tf.scalar(last))], 1), [
        this.#boxes,
        neurons + 1,
        1,
      ])
    const passage = (slopes: Tensor, constants: Tensor): Tensor =>
      tf.add(tf.mul(slopes, through), tf.mul(constants, intoConstant))
    return {
      straight: passage(column(lowerSlope, 1), column(tf.neg(loss), 0)),
      bent: passage(column(slopeGap, 0), column(tf.add(upperIntercept, tf.mul(loss, tf.scalar(2))), 0)),
    }
  }

  /**
   * Lower bounds [boxes, rows] of rows [rows, n + 1], the constant last, of the output of the last layer bounded, and Λ on
   * the input [boxes, rows, inputs]. The rows' own rounding is the caller's.
   */
  #bound(rows: Tensor): { bound: Tensor; input: Tensor } {
    const count = rows.shape[0]
    const { inputs } = this.#chain
    let passed: Tensor = tf.reshape(rows, [1, ...rows.shape])
    let negative: Tensor = tf.minimum(passed, tf.scalar(0))
    for (const { straight, bent } of this.#passages.toReversed()) {
      passed = tf.add(tf.matMul(passed, straight), tf.matMul(negative, bent))
      negative = tf.minimum(passed, tf.scalar(0))
    }
    const size = tf.add(tf.abs(this.#centre), this.#radius)
    const reach = tf.add(this.#radius, tf.mul(size, tf.scalar(roundingOf(inputs))))
    const column = (values: Tensor, last: number): Tensor =>
      tf.reshape(tf.concat([values, tf.add(tf.zeros([this.#boxes, 1]), tf.scalar(last))], 1), [
        this.#boxes,
        inputs + 1,
        1,
      ])
    const least = tf.add(
      tf.matMul(passed, column(tf.sub(this.#centre, reach), 1)),
      tf.matMul(negative, column(tf.mul(reach, tf.scalar(2)), 0)),
    )
    const input = tf.slice(passed, [0, 0, 0], [-1, -1, inputs])
    return { bound: tf.sub(tf.reshape(least, [this.#boxes, count]), this.#underflow), input }
  }

  /** Minimisers of the rows and the centre, [boxes, rows + 1, inputs]. */
  points(input: Tensor, rows: number): Tensor {
    const across = (tensor: Tensor): Tensor => tf.reshape(tensor, [this.#boxes, 1, this.#chain.inputs])
    const centre = across(this.#centre)
    const minimisers = tf.sub(centre, tf.mul(tf.sign(input), across(this.#radius)))
    return rows === 0 ? centre : tf.concat([minimisers, centre], 1)
  }

  /** True values of the rows at the points, [boxes, rows + 1, rows]. */
  values(points: Tensor, { coefficients, offsets, rows, size }: StartRows): Tensor {
    const flat = this.#boxes * (rows + 1)
    let x: Tensor = tf.reshape(points, [flat, this.#chain.inputs])
    for (const { weight, bias, neurons, inputs } of this.#chain.layers) {
      const z = tf.matMul(x, constant(weight, [neurons, inputs]), false, true)
      x = tf.relu(tf.add(z, constant(bias, [1, neurons])))
    }
    const values = tf.add(tf.matMul(x, constant(coefficients, [rows, size]), false, true), constant(offsets, [1, rows]))
    return tf.reshape(values, [this.#boxes, rows + 1, rows])
  }
}

/** The sum of [boxes, n] at `FLOOR`, [boxes, 1]. */
function floored(values: Tensor): Tensor {
  return tf.mul(tf.sum(values, 1, true), tf.scalar(FLOOR))
}

/** Rows +z and −z of a layer's pre-activations over its inputs, constant last, [2·neurons, inputs + 1]. */
function signedRows({ weight, bias, neurons, inputs }: HiddenLayer): Tensor {
  const width = inputs + 1
  const rows = new Float32Array(2 * neurons * width)
  for (let j = 0; j < neurons; j++) {
    for (let i = 0; i < inputs; i++) {
      rows[j * width + i] = weight[j * inputs + i]
      rows[(neurons + j) * width + i] = -weight[j * inputs + i]
    }
    rows[j * width + inputs] = bias[j]
    rows[(neurons + j) * width + inputs] = -bias[j]
  }
  return constant(rows, [2 * neurons, width])
}

/** The output rows with the constant last, [rows, size + 1]. */
function startRows({ rows, size, coefficients, offsets }: StartRows): Tensor {
  const width = size + 1
  const result = new Float32Array(rows * width)
  for (let row = 0; row < rows; row++) {
    result.set(coefficients.subarray(row * size, (row + 1) * size), row * width)
    result[row * width + size] = offsets[row]
  }
  return constant(result, [rows, width])
}

/** [[W, b], [0, 1]] of a layer, [neurons + 1, inputs + 1] flat. */
function affineMatrix(weight: Float32Array, bias: Float32Array): Float32Array {
  const inputs = weight.length / bias.length
  const width = inputs + 1
  const matrix = new Float32Array((bias.length + 1) * width)
  for (const [j, value] of bias.entries()) {
    matrix.set(weight.subarray(j * inputs, (j + 1) * inputs), j * width)
    matrix[j * width + inputs] = value
  }
  matrix[matrix.length - 1] = 1
  return matrix
}
