// Bounds and host arrays of a cone's neurons laid out flat for the programs, rounded outward where they are float32.
import type { Precision } from '../engine/engine.ts'
import { relaxationOf } from './relaxation/index.ts'
import type { Box, Interval, PreActivationBounds } from './box.ts'
import { floats, inPrecision, type Floats } from './floats.ts'
import type { Cone } from './graph.ts'

/** Bounds of all neurons of a cone in its layout, [neurons]. */
export interface FlatBounds {
  readonly lower: Float32Array
  readonly upper: Float32Array
}

const bits = new DataView(new ArrayBuffer(4))

/** The largest float32 ≤ value (NaN stays NaN). */
export function roundDown(value: number): number {
  const rounded = Math.fround(value)
  return rounded > value ? neighbour(rounded, -1) : rounded
}

/** The smallest float32 ≥ value. */
export function roundUp(value: number): number {
  const rounded = Math.fround(value)
  return rounded < value ? neighbour(rounded, 1) : rounded
}

/** The next float32 in `direction`. */
function neighbour(value: number, direction: 1 | -1): number {
  if (value === 0) return direction * 2 ** -149
  bits.setFloat32(0, value)
  bits.setInt32(0, bits.getInt32(0) + (value > 0 ? direction : -direction))
  return bits.getFloat32(0)
}

/** Float32 bounds of the cone's neurons, outward. */
export function flatBounds(cone: Cone, bounds: PreActivationBounds): FlatBounds {
  const exact = boundsOf(cone, bounds)
  const lower = new Float32Array(cone.neurons)
  const upper = new Float32Array(cone.neurons)
  for (let i = 0; i < cone.neurons; i++) {
    lower[i] = roundDown(exact.lower[i])
    upper[i] = roundUp(exact.upper[i])
  }
  return { lower, upper }
}

/** Bounds of the cone's neurons as programs of a precision take them, outward. */
export function boundsIn(cone: Cone, bounds: PreActivationBounds, precision: Precision): FlatBounds | Interval {
  return precision === 'float64' ? boundsOf(cone, bounds) : flatBounds(cone, bounds)
}

/** Bounds of the cone's neurons, [neurons]. */
function boundsOf(cone: Cone, bounds: PreActivationBounds): Interval {
  const lower = new Float64Array(cone.neurons)
  const upper = new Float64Array(cone.neurons)
  for (const { source, offset } of cone.activations) {
    const interval = bounds.get(source)
    if (!interval) throw new RangeError(`no bounds for "${source}"`)
    lower.set(interval.lower, offset)
    upper.set(interval.upper, offset)
  }
  return { lower, upper }
}

/** What programs of a precision want to know about a cone on a box. */
export interface ConeInputs {
  /** By program input name: box, bounds, arrays of the relaxations. */
  readonly arrays: Readonly<Record<string, Floats>>
  /** Plain CROWN's parameters, [neurons]. */
  readonly alpha: Float32Array
}

export function coneInputs(cone: Cone, box: Box, bounds: PreActivationBounds, precision: Precision): ConeInputs {
  const flat = boundsIn(cone, bounds, precision)
  const arrays = { ...centreAndRadius(box, precision), ...hostArrays(cone, bounds, precision) }
  return { arrays: cone.neurons === 0 ? arrays : { ...arrays, ...flat }, alpha: initialAlpha(cone, flat) }
}

/** Plain CROWN's parameters, [neurons]. */
export function initialAlpha(cone: Cone, { lower, upper }: FlatBounds | Interval): Float32Array {
  const alpha = new Float32Array(cone.neurons)
  for (const { layer, neurons, offset } of cone.activations) {
    const relaxation = relaxationOf(layer)
    for (let i = 0; i < neurons; i++)
      alpha[offset + i] = relaxation.initial(layer, i, lower[offset + i], upper[offset + i])
  }
  return alpha
}

/** The arrays that relaxations make on the host, by program input name. */
export function hostArrays(
  cone: Cone,
  bounds: PreActivationBounds,
  precision: Precision = 'float32',
): Record<string, Floats> {
  const arrays: Record<string, Floats> = {}
  for (const { node, layer, source } of cone.activations) {
    const relaxation = relaxationOf(layer)
    const interval = bounds.get(source)
    if (relaxation.arrays.length === 0 || !interval) continue
    const made = relaxation.hostArrays(layer, interval.lower, interval.upper)
    for (const name of relaxation.arrays) arrays[`${node.id}/${name}`] = inPrecision(precision, made[name])
  }
  return arrays
}

/** Centre and radius such that the box lies inside centre ± radius, [inputs] each. */
export function centreAndRadius(
  { lower, upper }: Box,
  precision: Precision = 'float32',
): { centre: Floats; radius: Floats } {
  const centre = floats(precision, lower.length)
  const radius = floats(precision, lower.length)
  for (let i = 0; i < lower.length; i++) {
    centre[i] = 0.5 * lower[i] + 0.5 * upper[i]
    // The differences are rounded by half a unit in the last place at most.
    const reach = Math.max(upper[i] - centre[i], centre[i] - lower[i], 0) * (1 + 2 ** -52)
    radius[i] = precision === 'float64' ? reach : roundUp(reach)
  }
  return { centre, radius }
}
