// Host numbers as tensors inside build functions, in full precision.
import { recorder, recorderName } from './record/recorder.ts'
import { tf } from './tensor.ts'
import type { Tensor } from './tensor.ts'

/**
 * `data` (row-major) as a tensor of `shape`, for use inside `build`. The same array given twice is one constant.
 * Float64Array keeps all its bits in float64 programs and is rounded to nearest in float32 programs.
 * The array must not change between recording and the last run.
 */
export function constant(data: Float32Array | Float64Array | Int32Array, shape: readonly number[]): Tensor {
  const dtype = data instanceof Int32Array ? 'int32' : 'float32'
  if (tf.getBackend() !== recorderName || recorder.recording === null) {
    return tf.tensor(data instanceof Float64Array ? Float32Array.from(data) : data, [...shape], dtype)
  }
  checkLength(data.length, shape)
  return recorder.tensor(recorder.recording.graph.host(data, shape, dtype))
}

/** One number with all its bits; plain numbers given to `tf` functions are rounded to float32. */
export function scalar(value: number): Tensor {
  if (tf.getBackend() !== recorderName || recorder.recording === null) return tf.scalar(value)
  return recorder.tensor(recorder.recording.graph.uniform(value, [], 'float32'))
}

function checkLength(length: number, shape: readonly number[]): void {
  const expected = shape.reduce((product, extent) => product * extent, 1)
  if (length !== expected)
    throw new RangeError(`a constant of shape [${shape.join()}] needs ${expected} numbers, got ${length}`)
}
