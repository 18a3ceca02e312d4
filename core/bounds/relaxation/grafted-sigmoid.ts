// Grafted sigmoid: exact lines on the mask, which need no bounds; the sigmoid's chords and tangents elsewhere (spec C.2, C.3).
import { tf, type Tensor } from '../../engine/tensor.ts'
import type { GraftedSigmoidLayer } from '../../nn/index.ts'
import type { Relaxation } from './relaxation.ts'
import { sigmoidRelaxation } from './sigmoid.ts'

const plain = { kind: 'sigmoid' } as const

export const graftedSigmoidRelaxation: Relaxation<GraftedSigmoidLayer> = {
  arrays: [...sigmoidRelaxation.arrays, 'keep', 'slope', 'intercept'],
  splits: false,
  isLoose: ({ mask }, i, lower, upper) => mask.data[i] === 0 && sigmoidRelaxation.isLoose(plain, i, lower, upper),
  initial: (_layer, i, lower, upper) => sigmoidRelaxation.initial(plain, i, lower, upper),
  hostArrays: ({ mask, slope, intercept }, lower, upper) => ({
    ...sigmoidRelaxation.hostArrays(plain, lower, upper),
    keep: Float64Array.from(mask.data, (grafted) => 1 - grafted),
    slope: Float64Array.from(slope.data, (value, i) => value * mask.data[i]),
    intercept: Float64Array.from(intercept.data, (value, i) => value * mask.data[i]),
  }),
  prepare(_layer, lower, upper, given) {
    const { keep, slope, intercept } = given
    const curve = sigmoidRelaxation.prepare(plain, lower, upper, given)
    // Products with 0 and 1 and sums with 0 are exact: every neuron has the line of its own kind, to the last bit.
    const either = (kept: Tensor, line: Tensor): Tensor => tf.add(tf.mul(kept, keep), line)
    return {
      low: curve.low,
      high: curve.high,
      lines(parameter) {
        const lines = curve.lines(parameter)
        return {
          lowerSlope: either(lines.lowerSlope, slope),
          lowerIntercept: either(lines.lowerIntercept ?? tf.zerosLike(intercept), intercept),
          upperSlope: either(lines.upperSlope, slope),
          upperIntercept: either(lines.upperIntercept, intercept),
        }
      },
      gradient: (coefficient, pre, parameter) => tf.mul(curve.gradient(coefficient, pre, parameter), keep),
    }
  },
}
