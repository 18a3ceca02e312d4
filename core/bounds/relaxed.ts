// Relaxations inside a program: one per activation of a cone, joined with the free parameters and split constraints of its rows.
import { tf, type Tensor } from '../engine/tensor.ts'
import type { RelaxedActivation } from './backward.ts'
import type { Cone } from './graph.ts'
import { relaxationOf } from './relaxation/index.ts'
import type { PreparedRelaxation } from './relaxation/relaxation.ts'

/** Prepared relaxations by activation node id. */
export type PreparedRelaxations = ReadonlyMap<string, PreparedRelaxation>

/** Relaxations of the cone's activations on the bounds given to a program: `lower`, `upper` and the host arrays. */
export function prepare(cone: Cone, given: Readonly<Record<string, Tensor>>): PreparedRelaxations {
  const prepared = new Map<string, PreparedRelaxation>()
  for (const { node, layer, offset, neurons } of cone.activations) {
    const relaxation = relaxationOf(layer)
    const arrays = Object.fromEntries(relaxation.arrays.map((name) => [name, given[`${node.id}/${name}`]]))
    const [lower, upper] = [given.lower, given.upper].map((all) => columns(all, offset, neurons))
    prepared.set(node.id, relaxation.prepare(layer, lower, upper, arrays))
  }
  return prepared
}

/** Joins relaxations with parameters and pulls S·β given for all neurons of the cone, [rows, neurons]. */
export function relaxActivations(
  cone: Cone,
  relaxed: PreparedRelaxations,
  alpha: Tensor,
  pull: Tensor | null,
): ReadonlyMap<string, RelaxedActivation> {
  const joined = new Map<string, RelaxedActivation>()
  for (const activation of cone.activations) {
    const relaxation = relaxed.get(activation.node.id)
    if (!relaxation) continue
    const { offset, neurons } = activation
    joined.set(activation.node.id, {
      activation,
      relaxation,
      parameter: columns(alpha, offset, neurons),
      pull: pull ? columns(pull, offset, neurons) : null,
    })
  }
  return joined
}

/** Range of the free parameters of all neurons of the cone, [rows or 1, neurons]. */
export function parameterRange(cone: Cone, relaxed: PreparedRelaxations): { low: Tensor; high: Tensor } {
  const ranges = cone.activations.flatMap(({ node }) => relaxed.get(node.id) ?? [])
  return { low: join(ranges.map((range) => range.low)), high: join(ranges.map((range) => range.high)) }
}

/** Columns offset … offset + size of [rows, all]. */
export function columns(all: Tensor, offset: number, size: number): Tensor {
  return all.shape[1] === size ? all : tf.slice(all, [0, offset], [-1, size])
}

/** Concatenation along axis 1. */
export function join(parts: Tensor[]): Tensor {
  return parts.length === 1 ? parts[0] : tf.concat(parts, 1)
}
