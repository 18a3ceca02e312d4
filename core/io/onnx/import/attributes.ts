// The attributes of one node: typed reading with defaults, and a list of those nobody read.
import { attributeType, type AttributeProto } from '../../../engine/onnx/schema.ts'
import { readTensor } from './tensor.ts'
import type { Constant } from './value.ts'

type AttributeKind = keyof typeof attributeType

/** Attributes that change nothing of what a trained network computes. */
const withoutEffect = new Set(['consumed_inputs', 'momentum', 'ratio', 'seed', 'storage_order'])

export class Attributes {
  readonly #byName: ReadonlyMap<string, AttributeProto>
  readonly #read = new Set<string>()
  readonly #fail: (problem: string) => never

  /** `fail` throws the error for an attribute of the wrong type. */
  constructor(attributes: readonly AttributeProto[], fail: (problem: string) => never) {
    this.#byName = new Map(attributes.map((attribute) => [attribute.name, attribute]))
    this.#fail = fail
  }

  has(name: string): boolean {
    return this.#byName.has(name)
  }

  int<D extends number | undefined>(name: string, otherwise: D): number | D {
    return this.#get(name, 'int')?.i ?? otherwise
  }

  float<D extends number | undefined>(name: string, otherwise: D): number | D {
    return this.#get(name, 'float')?.f ?? otherwise
  }

  ints<D extends readonly number[] | undefined>(name: string, otherwise: D): readonly number[] | D {
    return this.#get(name, 'ints')?.ints ?? otherwise
  }

  floats(name: string): readonly number[] | undefined {
    return this.#get(name, 'floats')?.floats
  }

  text(name: string, otherwise: string): string {
    const bytes = this.#get(name, 'string')?.s
    return bytes ? new TextDecoder().decode(bytes) : otherwise
  }

  tensor(name: string): Constant | undefined {
    const tensor = this.#get(name, 'tensor')?.t
    return tensor ? readTensor(tensor, `the attribute ${name}`) : undefined
  }

  /** Names of the attributes that were never asked for and may matter. */
  unread(): readonly string[] {
    return [...this.#byName.keys()].filter((name) => !this.#read.has(name) && !withoutEffect.has(name))
  }

  #get(name: string, kind: AttributeKind): AttributeProto | undefined {
    this.#read.add(name)
    const attribute = this.#byName.get(name)
    // Old exporters leave the type out, which reads as 0.
    if (attribute && attribute.type !== 0 && attribute.type !== attributeType[kind]) {
      this.#fail(`its attribute ${name} is no ${kind}`)
    }
    return attribute
  }
}
