// Split constraints of domains: each row lists its few split neurons, which costs far less than numbers for all neurons.
import type { TensorSpec } from '../engine/engine.ts'
import { tf, type Tensor } from '../engine/tensor.ts'
import type { Cone } from './graph.ts'
import { relaxationOf } from './relaxation/index.ts'

/** Where the lists of each activation of a cone begin in a row, and how long they are. */
export interface SplitLayout {
  readonly lists: readonly { readonly offset: number; readonly slots: number }[]
  /** Slots of a row, of all activations. */
  readonly slots: number
}

/** At most `most` splits of a row for each activation, none where neurons cannot be split. */
export function splitLayout({ activations }: Cone, most: number): SplitLayout {
  let offset = 0
  const lists = activations.map(({ layer, neurons }) => {
    const slots = relaxationOf(layer).splits ? Math.min(most, neurons) : 0
    const list = { offset, slots }
    offset += slots
    return list
  })
  return { lists, slots: offset }
}

/**
 * The inputs of a program that carry splits, [rows, slots]: `place`, the neuron's number in its activation; `sign`, 1 for z ≥ 0,
 * −1 for z ≤ 0, 0 in unused slots; `beta`.
 */
export function splitInputs(cone: Cone, rows: number, most: number): Record<string, TensorSpec> {
  const { slots } = splitLayout(cone, most)
  if (slots === 0) return {}
  const shape = [rows, slots]
  return { place: { shape, dtype: 'int32' }, sign: { shape }, beta: { shape } }
}

/** The listed splits of all rows inside a program. */
export class Splits {
  readonly #cone: Cone
  readonly #layout: SplitLayout
  readonly #sign: Tensor
  readonly #places: readonly Tensor[]
  readonly #signs: readonly Tensor[]
  /** Row and place of every slot, [rows, slots, 2]. */
  readonly #indices: readonly Tensor[]

  private constructor(cone: Cone, layout: SplitLayout, { place, sign }: Readonly<Record<string, Tensor>>) {
    this.#cone = cone
    this.#layout = layout
    this.#sign = sign
    this.#places = this.#byActivation(place)
    this.#signs = this.#byActivation(sign)
    const rows = place.shape[0]
    const numbers = tf.reshape(tf.range(0, rows, 1, 'int32'), [rows, 1])
    this.#indices = this.#places.map((own, k) => tf.stack([tf.tile(numbers, [1, this.#layout.lists[k].slots]), own], 2))
  }

  /** null where `given` has none. */
  static of(cone: Cone, most: number | null, given: Readonly<Record<string, Tensor>>): Splits | null {
    return most !== null && 'sign' in given ? new Splits(cone, splitLayout(cone, most), given) : null
  }

  #byActivation(all: Tensor): Tensor[] {
    return this.#layout.lists.map(({ offset, slots }) => tf.slice(all, [0, offset], [-1, slots]))
  }

  /** What `values` [rows, neurons] of activation k hold at its splits, through `each`; of all activations [rows, slots]. */
  read(values: (k: number) => Tensor, each: (listed: Tensor, all: Tensor) => Tensor = (listed) => listed): Tensor {
    const parts = this.#layout.lists.flatMap(({ slots }, k) => {
      if (slots === 0) return []
      const all = values(k)
      return each(tf.gather(all, this.#places[k], 1, 1), all)
    })
    return parts.length === 1 ? parts[0] : tf.concat(parts, 1)
  }

  /** −S·z of the splits, the gradient of a bound with respect to β, [rows, slots]. */
  gradient(pre: (k: number) => Tensor): Tensor {
    return tf.neg(tf.mul(this.#sign, this.read(pre)))
  }

  /** S·β of every neuron of each activation, [rows, neurons]; null where none can be split. */
  pulls(beta: Tensor): (Tensor | null)[] {
    return this.#byActivation(beta).map((own, k) => {
      if (this.#layout.lists[k].slots === 0) return null
      const shape = [own.shape[0], this.#cone.activations[k].neurons]
      return tf.scatterND(this.#indices[k], tf.mul(this.#signs[k], own), shape)
    })
  }
}
