// One operator of the graph while it is translated: its inputs, attributes and the network it adds layers to.
import { Attributes } from './attributes.ts'
import type { Draft } from './draft.ts'
import { corrupt, unsupported } from './failure.ts'
import type { Constant, Signal, Value } from './value.ts'

/** Translates one operator type; gives its outputs in order (trailing ones that Espalier does not compute are left out). */
export type OperatorRule = (operation: Operation) => Value | readonly Value[]

export class Operation {
  /** `Conv "conv1"`, for errors. */
  readonly title: string
  readonly opType: string
  /** Version of the operator set. */
  readonly opset: number
  readonly attributes: Attributes
  readonly draft: Draft
  /** How many outputs the node names. */
  readonly outputs: number
  readonly #inputs: readonly (Value | null)[]

  constructor(fields: {
    readonly title: string
    readonly opType: string
    readonly opset: number
    readonly attributes: ConstructorParameters<typeof Attributes>[0]
    readonly draft: Draft
    readonly outputs: number
    readonly inputs: readonly (Value | null)[]
  }) {
    this.title = fields.title
    this.opType = fields.opType
    this.opset = fields.opset
    this.draft = fields.draft
    this.outputs = fields.outputs
    this.#inputs = fields.inputs
    this.attributes = new Attributes(fields.attributes, (problem) => this.broken(problem))
  }

  get inputs(): readonly Value[] {
    return this.#inputs.map((_, position) => this.input(position))
  }

  /** Input `position`; @throws 'model/corrupt' where it is left out. */
  input(position: number): Value {
    return this.optional(position) ?? this.broken(`its input ${position} is missing`)
  }

  optional(position: number): Value | null {
    return this.#inputs[position] ?? null
  }

  /** An input that must be known before the network runs. */
  constant(position: number, what: string): Constant {
    const value = this.input(position)
    return value.kind === 'constant' ? value : this.refuse(`its ${what} depends on the network's input`)
  }

  optionalConstant(position: number, what: string): Constant | null {
    return this.optional(position) === null ? null : this.constant(position, what)
  }

  /** An input that depends on the network's input. */
  signal(position: number): Signal {
    const value = this.input(position)
    return value.kind === 'signal' ? value : this.refuse('it works on constants only')
  }

  /** Whole numbers of a constant input, saturated to what a double holds exactly. */
  numbers(position: number, what: string): readonly number[] {
    return Array.from(this.constant(position, what).data)
  }

  /** Axes from the attribute `axes`, or from input `position` in newer operator sets. */
  axes(position: number): readonly number[] | undefined {
    const given = this.attributes.ints('axes', undefined)
    if (given) return given
    return this.optional(position) === null ? undefined : this.numbers(position, 'list of axes')
  }

  /** An axis counted from the front. */
  axis(axis: number, rank: number): number {
    const counted = axis < 0 ? axis + rank : axis
    return Number.isInteger(counted) && counted >= 0 && counted < rank
      ? counted
      : this.broken(`axis ${axis} does not exist in rank ${rank}`)
  }

  /** @throws EspalierError 'model/unsupported' naming the operator and the node. */
  refuse(reason: string): never {
    throw unsupported(`${this.title} is not supported: ${reason}`)
  }

  /** @throws EspalierError 'model/corrupt' naming the operator and the node. */
  broken(problem: string): never {
    throw corrupt(`${this.title}: ${problem}`)
  }
}
