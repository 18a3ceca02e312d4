// Turns a parity case into one program: the outputs, and sums of them differentiated once and twice.
import { constant } from '../../../core/engine/engine.ts'
import type { ProgramDefinition } from '../../../core/engine/engine.ts'
import { tf } from '../../../core/engine/tensor.ts'
import type { Tensor } from '../../../core/engine/tensor.ts'
import { area, spread } from './case.ts'
import type { ParityCase } from './case.ts'

type Tensors = Readonly<Record<string, Tensor>>

/** Σ wᵢ tᵢ with fixed weights that are all different, so that no two entries can be exchanged unnoticed. */
function weighted(tensors: readonly Tensor[], seed: number): Tensor {
  const sums = tensors
    .filter((tensor) => tensor.dtype === 'float32')
    .map((tensor, index) => {
      const weights = constant(spread(area(tensor.shape), 0.5, 1.5, seed + 31 * index), tensor.shape)
      return tf.sum(tf.mul(tensor, weights))
    })
  return tf.addN(sums)
}

/** t + t²/2, so that kernels that are linear have second derivatives too. */
function bent(tensor: Tensor): Tensor {
  return tensor.dtype === 'float32' ? tf.add(tensor, tf.mul(tf.square(tensor), 0.5)) : tensor
}

export function variablesOf(item: ParityCase): readonly string[] {
  const all = Object.entries(item.inputs).filter(([, input]) => (input.dtype ?? 'float32') === 'float32')
  return item.variables ?? all.map(([name]) => name)
}

/** Outputs `y0…`, `value` (the weighted sum), `d.<input>`, `slope` (the weighted sum of the gradients) and `dd.<input>`. */
export function parityProgram(kernelName: string, item: ParityCase): ProgramDefinition<string, string> {
  const variables = variablesOf(item)
  const withValues = (inputs: Tensors, values: readonly Tensor[]): Tensors => ({
    ...inputs,
    ...Object.fromEntries(variables.map((name, index) => [name, values[index]])),
  })
  return {
    name: `parity ${kernelName}`,
    key: item.title,
    inputs: Object.fromEntries(
      Object.entries(item.inputs).map(([name, { shape, dtype = 'float32' }]) => [name, { shape, dtype }]),
    ),
    build(inputs) {
      const points = variables.map((name) => inputs[name])
      const value = (...values: Tensor[]) => weighted(item.run(withValues(inputs, values)).map(bent), 0)
      const slopes = (...values: Tensor[]) => tf.grads(value)(values)
      const slope = (...values: Tensor[]) => weighted(slopes(...values), 7)
      const outputs = Object.fromEntries(item.run(inputs).map((tensor, index) => [`y${index}`, tensor]))
      if (item.order >= 1) Object.assign(outputs, { value: value(...points) }, named('d', variables, slopes(...points)))
      if (item.order >= 2) {
        Object.assign(outputs, { slope: slope(...points) }, named('dd', variables, tf.grads(slope)(points)))
      }
      return outputs
    },
  }
}

function named(prefix: string, names: readonly string[], tensors: readonly Tensor[]): Tensors {
  return Object.fromEntries(names.map((name, index) => [`${prefix}.${name}`, tensors[index]]))
}
