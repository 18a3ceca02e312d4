// What the stages of one verification tell that a proof needs: α of rows, trees of searches, halvings of the box.
import type { Cone } from '../../bounds/graph.ts'
import type { NeuronList } from '../../certify/proof.ts'
import type { NeuronTrees, SearchRecorder, TreeRecorder } from '../bab/recorder.ts'
import type { OpenNeurons } from '../bab/root.ts'
import { RecordedHalvings } from './recorded-halvings.ts'
import { allQuantised, RecordedTrees, type Room, type SavedTrees } from './recorded-trees.ts'

/** Most of it that is kept for another process. */
const MOST_SAVED_BYTES = 128 * 2 ** 20

/** Where the neurons of each activation begin in a row of α. */
type Offsets = readonly { readonly id: string; readonly offset: number }[]

/** α of one row, [neurons]. */
export interface RecordedRow {
  readonly offsets: Offsets
  readonly alpha: Uint16Array
}

export interface RecordedNeurons {
  /** The fused network's node that the neurons belong to. */
  readonly source: string
  /** 2·neuron for z, 2·neuron + 1 for −z, by row of the trees. */
  readonly rows: readonly number[]
  readonly list: NeuronList
  readonly trees: RecordedTrees
}

/** What a recorder has come to, as plain values, for another process to go on with. */
export interface SavedProof {
  /** Memory that it takes. */
  readonly bytes: number
  readonly bounded: ReadonlyMap<string, ReadonlyMap<number, RecordedRow>>
  readonly proved: ReadonlyMap<number, RecordedRow>
  readonly searches: readonly (Omit<RecordedNeurons, 'trees'> & { readonly trees: SavedTrees })[]
  readonly property: { readonly list: NeuronList; readonly trees: SavedTrees } | null
}

export class ProofRecorder implements SearchRecorder {
  readonly #mostBytes: number
  /** What is left. */
  readonly #room: Room
  readonly #bounded: Map<string, Map<number, RecordedRow>>
  readonly #proved: Map<number, RecordedRow>
  readonly #searches: RecordedNeurons[]
  readonly #offsets = new WeakMap<Cone, Offsets>()
  #property: { list: NeuronList; trees: RecordedTrees } | null
  /** The search for the property is one that another process began. */
  #goesOn: boolean
  #halvings: RecordedHalvings | null = null

  /** @param mostBytes memory of everything that is recorded; a longer search has no proof */
  constructor(mostBytes: number, saved?: SavedProof) {
    const room = { bytes: mostBytes - (saved?.bytes ?? 0) }
    this.#room = room
    this.#mostBytes = mostBytes
    this.#bounded = new Map(Array.from(saved?.bounded ?? [], ([source, rows]) => [source, new Map(rows)]))
    this.#proved = new Map(saved?.proved)
    this.#searches = (saved?.searches ?? []).map((search) => ({
      ...search,
      trees: new RecordedTrees(room, true, search.trees),
    }))
    const property = saved?.property ?? null
    this.#property = property && { list: property.list, trees: new RecordedTrees(room, false, property.trees) }
    this.#goesOn = property !== null
  }

  /** null where it is too much to be kept. Halvings are no part of it: searches by halving are not kept. */
  save(): SavedProof | null {
    const bytes = this.#mostBytes - this.#room.bytes
    if (bytes > MOST_SAVED_BYTES) return null
    return {
      bytes,
      bounded: this.#bounded,
      proved: this.#proved,
      searches: this.#searches.map((search) => ({ ...search, trees: search.trees.save() })),
      property: this.#property && { list: this.#property.list, trees: this.#property.trees.save() },
    }
  }

  /** Whether something had to be left out. */
  get overflown(): boolean {
    return this.#room.bytes <= 0
  }

  get searches(): readonly RecordedNeurons[] {
    return this.#searches
  }

  /** The last search for the property. */
  get search(): { readonly list: NeuronList; readonly trees: RecordedTrees } | null {
    return this.#property
  }

  get halvings(): Int32Array | null {
    return this.#halvings?.preorder() ?? null
  }

  /** α of row `row` (2·neuron for z, 2·neuron + 1 for −z) of a node. */
  boundedRow(source: string, row: number): RecordedRow | null {
    return this.#bounded.get(source)?.get(row) ?? null
  }

  provedRow(row: number): RecordedRow | null {
    return this.#proved.get(row) ?? null
  }

  property(cone: Cone, open: OpenNeurons): TreeRecorder {
    if (this.#goesOn && this.#property) {
      this.#goesOn = false
      return this.#property.trees
    }
    const trees = new RecordedTrees(this.#room, false)
    this.#property = { list: listOf(cone, open.index), trees }
    return trees
  }

  row(cone: Cone, row: number, alpha: Float32Array): void {
    this.#proved.set(row, { offsets: this.#offsetsOf(cone), alpha: this.#stored(alpha) })
  }

  neurons(
    cone: Cone,
    open: OpenNeurons,
    { source, neurons, signs }: Parameters<SearchRecorder['neurons']>[2],
  ): NeuronTrees {
    const trees = new RecordedTrees(this.#room, true)
    const rows = neurons.map((neuron, k) => rowOf(neuron, signs[k]))
    this.#searches.push({ source, rows, list: listOf(cone, open.index), trees })
    return trees
  }

  readonly bounded: SearchRecorder['bounded'] = (cone, { source, neurons, signs }, alpha) => {
    const rows = this.#bounded.get(source) ?? new Map<number, RecordedRow>()
    this.#bounded.set(source, rows)
    const width = cone.neurons
    const offsets = this.#offsetsOf(cone)
    for (const [k, neuron] of neurons.entries()) {
      if (this.overflown) return
      rows.set(rowOf(neuron, signs[k]), { offsets, alpha: this.#stored(alpha.subarray(k * width, (k + 1) * width)) })
    }
  }

  /** A search by halving starts; the one before it no longer counts. */
  halving(): RecordedHalvings {
    this.forgetHalving()
    return (this.#halvings = new RecordedHalvings(this.#room))
  }

  /** The search by halving did not decide. */
  forgetHalving(): void {
    this.#halvings?.free()
    this.#halvings = null
  }

  /** The same object for all rows of a cone. */
  #offsetsOf(cone: Cone): Offsets {
    const offsets = this.#offsets.get(cone) ?? cone.activations.map(({ node: { id }, offset }) => ({ id, offset }))
    this.#offsets.set(cone, offsets)
    return offsets
  }

  #stored(alpha: Float32Array): Uint16Array {
    this.#room.bytes -= 2 * alpha.length + 100
    return allQuantised(alpha)
  }
}

function rowOf(neuron: number, sign: number): number {
  return 2 * neuron + (sign > 0 ? 0 : 1)
}

/** Neurons given by their place in a cone, grouped by activation. */
function listOf(cone: Cone, index: Int32Array): NeuronList {
  return {
    activations: cone.activations.map(({ node, offset, neurons }) => ({
      id: node.id,
      neurons: index.filter((place) => place >= offset && place < offset + neurons).map((place) => place - offset),
    })),
  }
}
