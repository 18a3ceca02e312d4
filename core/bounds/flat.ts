// Bounds and host arrays of a cone's neurons laid out flat for the programs, float32 rounded outward.
import { relaxationOf } from './relaxation/index.ts'
import type { Box, PreActivationBounds } from './box.ts'
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
  const lower = new Float32Array(cone.neurons)
  const upper = new Float32Array(cone.neurons)
  for (const { source, neurons, offset } of cone.activations) {
    const interval = bounds.get(source)
    if (!interval) throw new RangeError(`no bounds for "${source}"`)
    for (let i = 0; i < neurons; i++) {
      lower[offset + i] = roundDown(interval.lower[i])
      upper[offset + i] = roundUp(interval.upper[i])
    }
  }
  return { lower, upper }
}

/** Plain CROWN's parameters, [neurons]. */
export function initialAlpha(cone: Cone, { lower, upper }: FlatBounds): Float32Array {
  const alpha = new Float32Array(cone.neurons)
  for (const { layer, neurons, offset } of cone.activations) {
    const relaxation = relaxationOf(layer)
    for (let i = 0; i < neurons; i++)
      alpha[offset + i] = relaxation.initial(layer, i, lower[offset + i], upper[offset + i])
  }
  return alpha
}

/** The arrays that relaxations make on the host, by program input name. */
export function hostArrays(cone: Cone, bounds: PreActivationBounds): Record<string, Float32Array> {
  const arrays: Record<string, Float32Array> = {}
  for (const { node, layer, source } of cone.activations) {
    const relaxation = relaxationOf(layer)
    const interval = bounds.get(source)
    if (relaxation.arrays.length === 0 || !interval) continue
    const made = relaxation.hostArrays(layer, interval.lower, interval.upper)
    for (const name of relaxation.arrays) arrays[`${node.id}/${name}`] = made[name]
  }
  return arrays
}

/** Centre and radius in float32 such that the box lies inside centre ± radius, [inputs] each. */
export function centreAndRadius({ lower, upper }: Box): { centre: Float32Array; radius: Float32Array } {
  const centre = new Float32Array(lower.length)
  const radius = new Float32Array(lower.length)
  for (let i = 0; i < lower.length; i++) {
    const c = Math.fround(0.5 * lower[i] + 0.5 * upper[i])
    centre[i] = c
    radius[i] = roundUp(Math.max(upper[i] - c, c - lower[i], 0))
  }
  return { centre, radius }
}
