// Grafted ReLU: exact lines on the mask, which need no bounds, no parameter and no split; ReLU elsewhere (spec C.2).
import { constant } from '../../engine/engine.ts'
import { tf, type Tensor } from '../../engine/tensor.ts'
import type { GraftedReluLayer } from '../../nn/index.ts'
import { chord } from './relu.ts'
import type { PreparedRelaxation, Relaxation } from './relaxation.ts'

export const graftedReluRelaxation: Relaxation<GraftedReluLayer> = {
  arrays: [],
  splits: true,
  isLoose: ({ mask }, i, lower, upper) => mask.data[i] === 0 && !(lower >= 0 || upper <= 0),
  initial: ({ mask, slope }, i, lower, upper) => (mask.data[i] === 1 ? slope.data[i] : upper > -lower ? 1 : 0),
  hostArrays: () => ({}),
  prepare: prepareGrafted,
}

function prepareGrafted(layer: GraftedReluLayer, lower: Tensor, upper: Tensor): PreparedRelaxation {
  const { slope, intercept, open } = chord(lower, upper)
  const size = layer.mask.data.length
  const line = (values: Float32Array | Float64Array): Tensor =>
    constant(
      Float64Array.from(values, (value, i) => (layer.mask.data[i] === 1 ? value : 0)),
      [1, size],
    )
  const a = line(layer.slope.data)
  const b = line(layer.intercept.data)
  const keep = constant(
    Float64Array.from(layer.mask.data, (grafted) => 1 - grafted),
    [1, size],
  )
  const upperSlope = tf.add(tf.mul(slope, keep), a)
  const loose = tf.mul(open, keep)
  const upperIntercept = tf.add(tf.mul(intercept, keep), b)
  return {
    low: tf.sub(upperSlope, tf.mul(upperSlope, loose)),
    high: tf.add(tf.mul(upperSlope, tf.sub(tf.scalar(1), loose)), loose),
    lines: (parameter) => ({ lowerSlope: parameter, lowerIntercept: b, upperSlope, upperIntercept }),
    gradient: (coefficient, pre) => tf.mul(tf.relu(coefficient), pre),
  }
}
