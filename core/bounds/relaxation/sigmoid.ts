// Sigmoid: chords and tangents; the tangent point is the free parameter (spec C.3).
import { tf, type Tensor } from '../../engine/tensor.ts'
import type { SigmoidLayer } from '../../nn/index.ts'
import type { Lines, PreparedRelaxation, Relaxation } from './relaxation.ts'
import { lowerTouch, sigma, upperTouch, type Touch } from './sigmoid-tangents.ts'

/** Added to every intercept: exceeds the float32 rounding of σ(p) − σ'(p)·p, whose terms are below 1, and of the chord's. */
const SLACK = 1e-6

const sides = ['lower', 'upper'] as const
const arrays = sides.flatMap((side) => [`${side}Chord`, `${side}Point`, `${side}Left`, `${side}Right`])

export const sigmoidRelaxation: Relaxation<SigmoidLayer> = {
  arrays: ['chordSlope', 'chordLow', 'chordHigh', ...arrays],
  splits: false,
  isLoose: (_layer, _i, lower, upper) => !(upper - lower <= 1e-6),
  initial: () => 0.5,
  hostArrays: sigmoidArrays,
  prepare: (_layer, _lower, _upper, given) => prepareSigmoid(given),
}

/** The free parameter θ in [0,1] moves the tangent point: left end at 0, plain CROWN's point at 1/2, right end at 1. */
function sigmoidArrays(
  _layer: SigmoidLayer,
  lower: ArrayLike<number>,
  upper: ArrayLike<number>,
): Record<string, Float64Array> {
  const size = lower.length
  const made = Object.fromEntries(sigmoidRelaxation.arrays.map((name) => [name, new Float64Array(size)]))
  const store = (side: 'lower' | 'upper', i: number, touch: Touch): void => {
    made[`${side}Chord`][i] = touch.chord ? 1 : 0
    made[`${side}Point`][i] = touch.standard
    made[`${side}Left`][i] = touch.standard - touch.first
    made[`${side}Right`][i] = touch.last - touch.standard
  }
  for (let i = 0; i < size; i++) {
    const l = lower[i]
    const u = Math.max(l, upper[i])
    store('lower', i, lowerTouch(l, u))
    store('upper', i, upperTouch(l, u))
    const k = Math.fround(u > l ? (sigma(u) - sigma(l)) / (u - l) : 0)
    made.chordSlope[i] = k
    made.chordLow[i] = Math.min(sigma(l) - k * l, sigma(u) - k * u) - SLACK
    made.chordHigh[i] = Math.max(sigma(l) - k * l, sigma(u) - k * u) + SLACK
  }
  return made
}

function prepareSigmoid(given: Readonly<Record<string, Tensor>>): PreparedRelaxation {
  const shape = given.chordSlope.shape
  const tangents = (parameter: Tensor): Record<'lower' | 'upper', Tangent> => ({
    lower: tangent('lower', parameter, given),
    upper: tangent('upper', parameter, given),
  })
  const lines = (parameter: Tensor): Lines => {
    const { lower, upper } = tangents(parameter)
    return {
      lowerSlope: blend(given.lowerChord, given.chordSlope, lower.slope),
      lowerIntercept: blend(given.lowerChord, given.chordLow, tf.sub(lower.intercept, tf.scalar(SLACK))),
      upperSlope: blend(given.upperChord, given.chordSlope, upper.slope),
      upperIntercept: blend(given.upperChord, given.chordHigh, tf.add(upper.intercept, tf.scalar(SLACK))),
    }
  }
  return {
    low: tf.zeros(shape),
    high: tf.ones(shape),
    lines,
    gradient: (coefficient, pre, parameter) => {
      const { lower, upper } = tangents(parameter)
      const effect = ({ point, curvature, speed }: Tangent, chord: Tensor): Tensor =>
        tf.mul(tf.mul(tf.mul(curvature, tf.sub(pre, point)), speed), tf.sub(tf.scalar(1), chord))
      return tf.add(
        tf.mul(tf.relu(coefficient), effect(lower, given.lowerChord)),
        tf.mul(tf.minimum(coefficient, tf.scalar(0)), effect(upper, given.upperChord)),
      )
    },
  }
}

interface Tangent {
  readonly point: Tensor
  readonly slope: Tensor
  readonly intercept: Tensor
  /** Second derivative at the point. */
  readonly curvature: Tensor
  /** Derivative of the point with respect to the parameter. */
  readonly speed: Tensor
}

function tangent(side: 'lower' | 'upper', parameter: Tensor, given: Readonly<Record<string, Tensor>>): Tangent {
  const shift = tf.sub(tf.mul(parameter, tf.scalar(2)), tf.scalar(1))
  const left = given[`${side}Left`]
  const right = given[`${side}Right`]
  const point = tf.add(
    given[`${side}Point`],
    tf.sub(tf.mul(tf.relu(shift), right), tf.mul(tf.relu(tf.neg(shift)), left)),
  )
  const s = tf.sigmoid(point)
  const slope = tf.mul(s, tf.sub(tf.scalar(1), s))
  return {
    point,
    slope,
    intercept: tf.sub(s, tf.mul(slope, point)),
    curvature: tf.mul(slope, tf.sub(tf.scalar(1), tf.mul(s, tf.scalar(2)))),
    speed: tf.mul(tf.where(tf.greaterEqual(shift, tf.scalar(0)), right, left), tf.scalar(2)),
  }
}

/** `chord` where the flag is 1, `tangent` where it is 0. */
function blend(flag: Tensor, chord: Tensor, tangentValue: Tensor): Tensor {
  return tf.add(tf.mul(flag, chord), tf.mul(tf.sub(tf.scalar(1), flag), tangentValue))
}
