// Cheap checks of what is given to a program before it runs.
import { EspalierError } from '../../contract/errors.ts'
import type { Precision, TensorData, TensorSpec, TensorType } from '../program.ts'

export interface CheckedInput {
  readonly name: string
  readonly shape: readonly number[]
  readonly dtype: TensorType
  readonly length: number
}

export function checkedInputs(inputs: Readonly<Record<string, TensorSpec>>): readonly CheckedInput[] {
  return Object.entries(inputs).map(([name, { shape, dtype = 'float32' }]) => ({
    name,
    shape,
    dtype,
    length: shape.reduce((product, extent) => product * extent, 1),
  }))
}

/**
 * The array for one input in the element type the runtime wants; float32 data widens to float64 exactly.
 * @throws EspalierError 'engine/shape' naming program, input and what was expected.
 */
export function inputData(
  program: string,
  input: CheckedInput,
  given: TensorData | undefined,
  precision: Precision,
): TensorData {
  if (given === undefined) throw wrong(program, input, 'nothing')
  if (given.length !== input.length) throw wrong(program, input, `${given.length} numbers`)
  if (input.dtype === 'int32' ? given instanceof Int32Array : input.dtype === 'bool' && given instanceof Uint8Array) {
    return given
  }
  if (input.dtype === 'float32' && precision === 'float32' && given instanceof Float32Array) return given
  if (input.dtype === 'float32' && precision === 'float64') {
    if (given instanceof Float64Array) return given
    if (given instanceof Float32Array) return Float64Array.from(given)
  }
  throw wrong(program, input, `a ${given.constructor.name}`)
}

/** @throws EspalierError 'engine/shape' when an array is given that the program has no input for. */
export function checkNoStrangers(
  program: string,
  expected: readonly CheckedInput[],
  given: Readonly<Record<string, TensorData>>,
): void {
  const names = Object.keys(given)
  if (names.length === expected.length) return
  const strange = names.find((name) => !expected.some((input) => input.name === name))
  if (strange === undefined) return
  throw new EspalierError(
    'engine/shape',
    `Program ${program} has no input ${strange}.`,
    `Its inputs are ${expected.map(({ name }) => name).join(', ')}.`,
  )
}

function wrong(program: string, input: CheckedInput, got: string): EspalierError {
  return new EspalierError(
    'engine/shape',
    `Input ${input.name} of program ${program} got ${got}; it is ${input.dtype} [${input.shape.join()}], ${input.length} numbers.`,
    'Give a Float32Array (Float64Array for float64), an Int32Array, or a Uint8Array of 0 and 1 of that length.',
  )
}
