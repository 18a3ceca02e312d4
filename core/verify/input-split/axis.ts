// Which input to halve: the one by which the last pass loses most, on the input itself and through the units' lines.
import type { Box } from '../../bounds/box.ts'
import type { Units } from './units.ts'

/** A coefficient counts for this much at least, so that an input that seems not to matter is halved some day (spec C.7). */
const LEAST_COEFFICIENT = 1e-3
/** A side shorter than this, relative to its own size, is not halved: float32 would not see the difference. */
const SHORTEST = 2 ** -20

/**
 * The input that promises most; −1 when all sides are too short. A half shrinks the width of a unit's pre-activation by the
 * input's share of it, and with it what its line loses; `slopes` are those of the last pass.
 */
export function chooseAxis(units: Units, slopes: Float64Array, { lower, upper }: Box): number {
  const { inputs, count, coefficients, functions, stride } = units
  let best = -1
  let most = -Infinity
  for (let i = 0; i < inputs; i++) {
    const width = upper[i] - lower[i]
    if (!(width > SHORTEST * Math.max(Math.abs(lower[i]), Math.abs(upper[i])))) continue
    let gain = Math.max(Math.abs(coefficients[i]), (LEAST_COEFFICIENT * width) / 2)
    for (let k = 0; k < count; k++) gain += lossPerWidth(units, slopes, k) * Math.abs(functions[k * stride + i])
    if (!(gain > most) && best >= 0) continue
    most = Number.isNaN(gain) ? -Infinity : gain
    best = i
  }
  return best
}

/** What unit k's line loses at worst in the last pass, relative to half the width of its pre-activation. */
function lossPerWidth(
  { coefficients, inputs, lower, upper, intercept }: Units,
  slopes: Float64Array,
  k: number,
): number {
  const outgoing = coefficients[inputs + 1 + k]
  const loss =
    outgoing < 0 ? -outgoing * intercept[k] : outgoing * Math.max(-slopes[k] * lower[k], (1 - slopes[k]) * upper[k])
  return (2 * loss) / (upper[k] - lower[k])
}
