// The variables of a property: input and output tensors, and the element that a name stands for.
import { atomText, clipped, headOf, type Expression, type List } from './expression.ts'
import { propertyError } from './failure.ts'
import { maximumVariables } from './limits.ts'

/** One declared tensor; its elements lie at `offset` of all inputs (or all outputs), flat and row-major. */
export interface Variable {
  readonly name: string
  readonly shape: readonly number[]
  readonly offset: number
  /** The name of the model's input or output it stands for, where one is given (VNN-LIB 2.0). */
  readonly port: string | null
}

/** An element of the inputs (0, 1, …) or of the outputs (−1, −2, …: `~position`). */
export type Element = number

export class Variables {
  readonly inputs: Variable[] = []
  readonly outputs: Variable[] = []
  readonly #elements = new Map<string, Element>()
  readonly #tensors = new Map<string, { readonly variable: Variable; readonly output: boolean }>()
  #network: string | null = null

  get inputSize(): number {
    return sizeOfAll(this.inputs)
  }

  get outputSize(): number {
    return sizeOfAll(this.outputs)
  }

  /** `(declare-const X_3 Real)`: version 1.0 names every element, in any order. */
  declareElement({ line }: List, rest: readonly Expression[]): void {
    const name = atomText(rest.at(0), 'the name', line)
    const parts = /^([XY])_(\d{1,9})$/.exec(name)
    if (!parts) throw propertyError('property/unsupported', `"${clipped(name)}" is neither X_i nor Y_i`, line)
    const type = rest.at(-1)
    if (rest.length < 2 || type?.kind !== 'atom' || type.text !== 'Real') {
      throw propertyError('property/unsupported', `${name} is not declared as Real`, line)
    }
    const position = Number(parts[2])
    if (position >= maximumVariables) throw propertyError('property/too-large', `${name} is beyond the limit`, line)
    if (this.#elements.has(name)) throw propertyError('property/syntax', `${name} is declared twice`, line)
    this.#elements.set(name, parts[1] === 'X' ? position : ~position)
  }

  /** `(declare-network f (declare-input X float32 [1,5]) (declare-output Y float32 [1,5]))` of version 2.0. */
  declareNetwork({ line }: List, rest: readonly Expression[]): void {
    const name = atomText(rest.at(0), 'the name of the network', line)
    if (this.#network !== null) throw propertyError('property/unsupported', 'there is more than one network', line)
    this.#network = name
    for (const form of rest.slice(1)) {
      if (form.kind !== 'list')
        throw propertyError('property/syntax', `"${clipped(form.text)}" is out of place`, form.line)
      this.#declareTensor(form)
    }
    if (this.inputs.length === 0 || this.outputs.length === 0) {
      throw propertyError('property/syntax', `network ${clipped(name)} has no input or no output`, line)
    }
  }

  /** Elements of version 1.0 as one input X and one output Y, once all are declared. */
  closeElements(): void {
    for (const [name, list, from] of [
      ['X', this.inputs, 0],
      ['Y', this.outputs, -1],
    ] as const) {
      const positions = [...this.#elements.values()].filter((element) => (from === 0 ? element >= 0 : element < 0))
      const last = positions.reduce((most, element) => Math.max(most, element < 0 ? ~element : element), -1)
      if (positions.length === 0) throw propertyError('property/syntax', `no ${name}_i is declared`, 0)
      if (last + 1 !== positions.length) {
        throw propertyError('property/syntax', `${name}_${last} is declared but not all ${name}_i before it`, 0)
      }
      list.push({ name, shape: [positions.length], offset: 0, port: null })
    }
  }

  /** The element that an atom names, or null. @throws EspalierError for an index that does not exist */
  find(text: string, line: number): Element | null {
    const known = this.#elements.get(text)
    if (known !== undefined) return known
    const parts = /^([A-Za-z]\w*)(?:\[([^\]]*)\])?$/.exec(text)
    const tensor = parts ? this.#tensors.get(parts[1]) : undefined
    if (!parts || !tensor) return null
    const { shape, offset } = tensor.variable
    const indices = (parts.at(2) ?? '').split(/[\s,]+/).filter((index) => index !== '')
    const fits =
      indices.length === shape.length &&
      indices.every((index, axis) => /^\d{1,9}$/.test(index) && Number(index) < shape[axis])
    if (!fits)
      throw propertyError('property/syntax', `${clipped(text)} is no element of ${parts[1]} [${shape.join()}]`, line)
    const position = offset + indices.reduce((at, index, axis) => at * shape[axis] + Number(index), 0)
    return tensor.output ? ~position : position
  }

  #declareTensor(form: List): void {
    const { name: kind, rest } = headOf(form)
    if (kind !== 'declare-input' && kind !== 'declare-output') {
      throw propertyError('property/unsupported', `(${clipped(kind)} …) in a network`, form.line)
    }
    const output = kind === 'declare-output'
    const name = atomText(rest.at(0), 'the name', form.line)
    const type = atomText(rest.at(1), 'the element type', form.line)
    if (!/^[A-Za-z]\w*$/.test(name)) throw propertyError('property/syntax', `"${clipped(name)}" is no name`, form.line)
    if (this.#tensors.has(name)) throw propertyError('property/syntax', `${name} is declared twice`, form.line)
    if (!['real', 'float32', 'float64'].includes(type.toLowerCase())) {
      throw propertyError('property/unsupported', `${name} has the element type ${clipped(type)}`, form.line)
    }
    const shape = shapeOf(atomText(rest.at(2), 'the shape', form.line), form.line)
    const port = rest.at(3)?.kind === 'atom' ? atomText(rest.at(3), 'the name', form.line).replaceAll('"', '') : null
    const list = output ? this.outputs : this.inputs
    const variable = { name, shape, offset: sizeOfAll(list), port }
    list.push(variable)
    if (sizeOfAll(list) > maximumVariables) throw propertyError('property/too-large', `${name} is too large`, form.line)
    this.#tensors.set(name, { variable, output })
  }
}

function sizeOfAll(variables: readonly Variable[]): number {
  return variables.reduce((total, { shape }) => total + shape.reduce((size, extent) => size * extent, 1), 0)
}

function shapeOf(text: string, line: number): number[] {
  const extents = /^\[([\d\s,]*)\]$/
    .exec(text)?.[1]
    .split(/[\s,]+/)
    .filter((extent) => extent !== '')
  const shape = extents?.map(Number)
  if (shape && shape.length <= 8 && shape.every((extent) => Number.isSafeInteger(extent) && extent > 0)) return shape
  throw propertyError('property/syntax', `"${clipped(text)}" is no shape of positive numbers`, line)
}
