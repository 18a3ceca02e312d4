// Fits a property to a model: sizes are compared, and inputs and outputs given by name are put in the model's order.
import { propertyMismatch } from './failure.ts'
import type { Disjunct, InputBox, VnnlibProperty } from './property.ts'
import type { Variable } from './variables.ts'

/** An input or output of a model. */
export interface ModelPort {
  readonly name: string
  readonly shape: readonly number[]
  readonly offset: number
}

/**
 * The disjuncts over the model's own flat inputs and outputs. Variables stand for the model's ports in order, or by name
 * where all of them give one.
 * @throws EspalierError 'property/unsupported' where they do not fit.
 */
export function bindProperty(
  property: VnnlibProperty,
  model: { readonly inputs: readonly ModelPort[]; readonly outputs: readonly ModelPort[] },
): readonly Disjunct[] {
  const inputs = positions(property.inputs, model.inputs, 'input')
  const outputs = positions(property.outputs, model.outputs, 'output')
  if (!inputs && !outputs) return property.disjuncts
  const boxes = new Map<InputBox, InputBox>()
  return property.disjuncts.map(({ box, rows }) => {
    const moved = boxes.get(box) ?? { lower: placed(box.lower, inputs), upper: placed(box.upper, inputs) }
    boxes.set(box, moved)
    const coefficients = new Float64Array(rows.coefficients.length)
    for (let row = 0; row < rows.rows; row++) {
      const from = row * property.outputSize
      coefficients.set(placed(rows.coefficients.subarray(from, from + property.outputSize), outputs), from)
    }
    return { box: moved, rows: { ...rows, coefficients } }
  })
}

/** Where each element goes in the model; null where all stay. */
function positions(variables: readonly Variable[], ports: readonly ModelPort[], what: string): Uint32Array | null {
  const size = (shape: readonly number[]): number => shape.reduce((product, extent) => product * extent, 1)
  const total = (list: readonly { readonly shape: readonly number[] }[]): number =>
    list.reduce((sum, { shape }) => sum + size(shape), 0)
  if (total(variables) !== total(ports)) {
    throw propertyMismatch(`its ${what}s number ${total(variables)}, those of the network ${total(ports)}`)
  }
  if (variables.every(({ port }) => port === null)) {
    // Version 1.0 numbers all elements of all ports in one go.
    const sizes = (list: readonly { readonly shape: readonly number[] }[]): string =>
      list.map(({ shape }) => size(shape)).join()
    if (variables.length > 1 && sizes(variables) !== sizes(ports))
      throw propertyMismatch(`its ${what}s have other sizes than the model's`)
    return null
  }
  const result = new Uint32Array(total(ports))
  for (const { name, port, shape, offset } of variables) {
    const target = ports.find((candidate) => candidate.name === port)
    if (!target || size(target.shape) !== size(shape)) {
      throw propertyMismatch(`${what} ${name} does not fit a port "${port ?? ''}" of the model`)
    }
    for (let i = 0; i < size(shape); i++) result[offset + i] = target.offset + i
  }
  return result
}

function placed(values: Float64Array, target: Uint32Array | null): Float64Array {
  if (!target) return values
  const result = new Float64Array(values.length)
  for (const [i, position] of target.entries()) result[position] = values[i]
  return result
}
