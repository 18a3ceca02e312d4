// One recorded program that bounds many boxes: CROWN for every layer of every box anew, then for the rows (spec C.2, C.7).
import { constant, type ProgramDefinition } from '../../engine/engine.ts'
import { tf, type Tensor } from '../../engine/tensor.ts'
import type { StartRows } from '../../bounds/start.ts'
import type { DenseChain, HiddenLayer } from './chain.ts'

/**
 * `bound` [boxes, rows], rounding taken off; `coefficients` [boxes, rows, inputs] on the input; `points`
 * [boxes, rows + 1, inputs], the minimisers and the centre, with the rows' true values there, `values` [boxes, rows + 1, rows].
 */
export type BoxOutput = 'bound' | 'coefficients' | 'points' | 'values'

/** The rows with what rounding can do to each of them where they start. */
export interface BoxRows extends StartRows {
  readonly rounding: Float32Array
}

/** A layer's lines on the bounds of every box, all [boxes, 1, neurons] but the last, [boxes, neurons, 1]. */
interface Lines {
  readonly lowerSlope: Tensor
  readonly slopeGap: Tensor
  readonly upperIntercept: Tensor
}

/** Keeps the division of the chord's slope away from 0/0. */
const TINY = 1e-30

/** Inputs `centre` and `radius`, [boxes, inputs] each: a box lies in centre ± radius. */
export function boxDefinition(
  chain: DenseChain,
  rows: BoxRows,
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
      const start = constant(rows.coefficients, [rows.rows, rows.size])
      const { bound, input } = pass.bound(start, chain.layers.length)
      const offset = tf.sub(constant(rows.offsets, [1, rows.rows]), constant(rows.rounding, [1, rows.rows]))
      const points = pass.points(input, rows.rows)
      const values = pass.values(points, rows)
      return { bound: tf.add(bound, offset), coefficients: input, points, values }
    },
  }
}

class BoxPass {
  readonly #chain: DenseChain
  readonly #boxes: number
  readonly #centre: Tensor
  readonly #radius: Tensor
  readonly #lines: Lines[] = []

  constructor(chain: DenseChain, boxes: number, centre: Tensor, radius: Tensor) {
    this.#chain = chain
    this.#boxes = boxes
    this.#centre = centre
    this.#radius = radius
  }

  /** Bounds the next layer's pre-activations and keeps their lines. */
  boundLayer({ weight, bias, neurons, inputs, rounding, root }: HiddenLayer): void {
    const signed = new Float32Array(2 * weight.length)
    signed.set(weight)
    signed.set(
      weight.map((value) => -value),
      weight.length,
    )
    const rows = constant(signed, [2 * neurons, inputs])
    const { bound } = this.bound(rows, this.#lines.length)
    const wide = (data: Float32Array): Tensor => constant(data, [1, neurons])
    const [low, high] = tf.split(bound, 2, 1)
    const lower = tf.sub(tf.add(low, wide(bias)), wide(rounding))
    const upper = tf.add(tf.sub(wide(bias), high), wide(rounding))
    this.#lines.push(this.#linesOf(tf.maximum(lower, wide(root.lower)), tf.minimum(upper, wide(root.upper)), neurons))
  }

  #linesOf(lower: Tensor, upper: Tensor, neurons: number): Lines {
    const above = tf.relu(upper)
    const below = tf.relu(tf.neg(lower))
    const slope = tf.div(above, tf.maximum(tf.add(above, below), tf.scalar(TINY)))
    const lowerSlope = tf.cast(tf.greater(upper, tf.neg(lower)), 'float32')
    const row = (tensor: Tensor): Tensor => tf.reshape(tensor, [this.#boxes, 1, neurons])
    return {
      lowerSlope: row(lowerSlope),
      slopeGap: row(tf.sub(slope, lowerSlope)),
      upperIntercept: tf.reshape(tf.mul(below, slope), [this.#boxes, neurons, 1]),
    }
  }

  /** Lower bounds [boxes, rows] of rows [rows, n] of the output of hidden layer `depth` (0: the input), and Λ on the input. */
  bound(rows: Tensor, depth: number): { bound: Tensor; input: Tensor } {
    const count = rows.shape[0]
    const boxes = this.#boxes
    let passed: Tensor = tf.reshape(rows, [1, ...rows.shape])
    let bound: Tensor = tf.zeros([1, count, 1])
    for (let j = depth - 1; j >= 0; j--) {
      const { weight, bias, neurons, inputs, rounding } = this.#chain.layers[j]
      const { lowerSlope, slopeGap, upperIntercept } = this.#lines[j]
      const negative = tf.minimum(passed, tf.scalar(0))
      bound = tf.add(bound, tf.matMul(negative, upperIntercept))
      const before = tf.reshape(tf.add(tf.mul(passed, lowerSlope), tf.mul(negative, slopeGap)), [
        boxes * count,
        neurons,
      ])
      const column = (data: Float32Array): Tensor => constant(data, [neurons, 1])
      const own = tf.sub(tf.matMul(before, column(bias)), tf.matMul(tf.abs(before), column(rounding)))
      bound = tf.add(bound, tf.reshape(own, [boxes, count, 1]))
      passed = tf.reshape(tf.matMul(before, constant(weight, [neurons, inputs])), [boxes, count, inputs])
    }
    const { inputs, inputRounding } = this.#chain
    const upright = (tensor: Tensor): Tensor => tf.reshape(tensor, [boxes, inputs, 1])
    const reach = upright(tf.add(this.#radius, constant(inputRounding, [1, inputs])))
    const least = tf.sub(tf.matMul(passed, upright(this.#centre)), tf.matMul(tf.abs(passed), reach))
    return { bound: tf.reshape(tf.add(bound, least), [boxes, count]), input: passed }
  }

  /** Minimisers of the rows and the centre, [boxes, rows + 1, inputs]. */
  points(input: Tensor, rows: number): Tensor {
    const across = (tensor: Tensor): Tensor => tf.reshape(tensor, [this.#boxes, 1, this.#chain.inputs])
    const centre = across(this.#centre)
    const minimisers = tf.sub(centre, tf.mul(tf.sign(input), across(this.#radius)))
    return rows === 0 ? centre : tf.concat([minimisers, centre], 1)
  }

  /** True values of the rows at the points, [boxes, rows + 1, rows]. */
  values(points: Tensor, { coefficients, offsets, rows, size }: BoxRows): Tensor {
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
