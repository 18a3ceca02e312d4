// Relaxations inside a program: one per activation of a cone, joined with the free parameters and split constraints of its rows.
import { tf, type Tensor } from '../engine/tensor.ts'
import type { RelaxedActivation } from './backward.ts'
import type { Cone } from './graph.ts'
import { relaxationOf } from './relaxation/index.ts'
import type { PreparedRelaxation } from './relaxation/relaxation.ts'
import type { Splits } from './splits.ts'

/** Prepared relaxations by activation node id. */
export type PreparedRelaxations = ReadonlyMap<string, PreparedRelaxation>

/** The inputs of a program as tensors, by name. */
export type Given = Readonly<Record<string, Tensor>>

/** What rows are bounded on, inside a program: relaxations of the cone's activations, and splits where rows carry them. */
export interface Relaxed {
  readonly cone: Cone
  readonly relaxations: PreparedRelaxations
  readonly splits: Splits | null
}

/** Relaxations of the cone's activations on the bounds given to a program: `lower`, `upper` and the host arrays. */
export function prepare(cone: Cone, given: Given): PreparedRelaxations {
  const prepared = new Map<string, PreparedRelaxation>()
  for (const { node, layer, offset, neurons } of cone.activations) {
    const relaxation = relaxationOf(layer)
    const arrays = Object.fromEntries(relaxation.arrays.map((name) => [name, given[`${node.id}/${name}`]]))
    const [lower, upper] = [given.lower, given.upper].map((all) => columns(all, offset, neurons))
    prepared.set(node.id, relaxation.prepare(layer, lower, upper, arrays))
  }
  return prepared
}

/** Joins relaxations with the parameters and pulls S·β of each activation, [rows, its neurons], in the cone's order. */
export function relaxActivations(
  cone: Cone,
  relaxed: PreparedRelaxations,
  alphas: readonly Tensor[],
  pulls: readonly (Tensor | null)[],
): ReadonlyMap<string, RelaxedActivation> {
  const joined = new Map<string, RelaxedActivation>()
  for (const [k, activation] of cone.activations.entries()) {
    const relaxation = relaxed.get(activation.node.id)
    if (!relaxation) continue
    joined.set(activation.node.id, { activation, relaxation, parameter: alphas[k], pull: pulls[k] ?? null })
  }
  return joined
}

/** The columns of each activation of the cone, in its order. */
export function byActivation({ activations }: Cone, all: Tensor): Tensor[] {
  return activations.map(({ offset, neurons }) => columns(all, offset, neurons))
}

/** A parameter pulled into its range: any α gives a valid bound there. */
export function clipped(alpha: Tensor, { low, high }: Pick<PreparedRelaxation, 'low' | 'high'>): Tensor {
  return tf.maximum(tf.minimum(alpha, high), low)
}

/** Columns offset … offset + size of [rows, all]. */
function columns(all: Tensor, offset: number, size: number): Tensor {
  return all.shape[1] === size ? all : tf.slice(all, [0, offset], [-1, size])
}

/** Concatenation along axis 1. */
export function join(parts: readonly Tensor[]): Tensor {
  return parts.length === 1 ? parts[0] : tf.concat([...parts], 1)
}
