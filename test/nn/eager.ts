// TensorFlow.js' own CPU backend, eagerly: the reference that the layers' tensor functions are checked on.
import '@tensorflow/tfjs-backend-cpu'
import { registerLogSoftmax } from '../../core/engine/run/log-softmax.ts'
import { registerReferenceKernels } from '../../core/engine/run/reference.ts'
import { tf, type Tensor } from '../../core/engine/tensor.ts'

/** Makes the CPU backend current; call in `beforeAll`. */
export async function startEager(): Promise<void> {
  tf.env().set('IS_TEST', true)
  registerReferenceKernels('cpu')
  registerLogSoftmax('cpu')
  await tf.setBackend('cpu')
}

export const from = (data: ArrayLike<number>, shape: readonly number[]): Tensor =>
  tf.tensor(Float32Array.from(data), [...shape])

export const numbers = (tensor: Tensor): number[] => Array.from(tensor.dataSync())

/** Inner product of two arrays in float64. */
export const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, value, i) => sum + value * b[i], 0)

/** Slope of `f` at `x` along `direction`: by its gradient, and by a central difference of `step`. */
export function slopesAlong(
  f: (x: Tensor) => Tensor,
  x: Tensor,
  direction: ArrayLike<number>,
  step: number,
): { readonly analytic: number; readonly numeric: number } {
  const at = (sign: number): number => {
    const moved = Array.from(direction, (d) => sign * step * d)
    return numbers(f(tf.add(x, from(moved, x.shape))))[0]
  }
  return { analytic: dot(numbers(tf.grad(f)(x)), direction), numeric: (at(1) - at(-1)) / (2 * step) }
}
