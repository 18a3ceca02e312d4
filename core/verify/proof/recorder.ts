// What the stages of one verification tell that a proof needs: α of rows, trees of searches, halvings of the box.
import type { Cone } from '../../bounds/graph.ts'
import type { NeuronList } from '../../certify/proof.ts'
import type { NeuronTrees, SearchRecorder, TreeRecorder } from '../bab/recorder.ts'
import type { OpenNeurons } from '../bab/root.ts'
import { allQuantised, RecordedTrees, type Room } from './recorded-trees.ts'

/** Memory of everything that is recorded; a longer search has no proof. */
const MOST_BYTES = 512 * 2 ** 20

/** α of one row, [neurons of the cone]. */
export interface RecordedRow {
  readonly cone: Cone
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

export class ProofRecorder implements SearchRecorder {
  readonly #room: Room = { bytes: MOST_BYTES }
  readonly #bounded = new Map<string, Map<number, RecordedRow>>()
  readonly #proved = new Map<number, RecordedRow>()
  readonly #searches: RecordedNeurons[] = []
  #property: { list: NeuronList; trees: RecordedTrees } | null = null
  #halvings: RecordedHalvings | null = null

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
    const trees = new RecordedTrees(this.#room, false)
    this.#property = { list: listOf(cone, open.index), trees }
    return trees
  }

  row(cone: Cone, row: number, alpha: Float32Array): void {
    this.#proved.set(row, { cone, alpha: this.#stored(alpha) })
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
    for (const [k, neuron] of neurons.entries()) {
      if (this.overflown) return
      rows.set(rowOf(neuron, signs[k]), { cone, alpha: this.#stored(alpha.subarray(k * width, (k + 1) * width)) })
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

  #stored(alpha: Float32Array): Uint16Array {
    this.#room.bytes -= 2 * alpha.length + 100
    return allQuantised(alpha)
  }
}

/** Bytes of one halving. */
const HALVING_BYTES = 32

/** The tree of halved boxes by node number. */
export class RecordedHalvings {
  readonly #room: Room
  readonly #axis: number[] = [-1]
  readonly #child: number[] = [-1]
  #bytes = 0

  constructor(room: Room) {
    this.#room = room
  }

  /**
   * `node` is halved along input `axis`: the number of its lower half; the upper one has the next. Without room nothing more
   * is written down, and the recorder says so.
   */
  halve(node: number, axis: number): number {
    if (this.#room.bytes <= 0) return 0
    this.#bytes += HALVING_BYTES
    this.#room.bytes -= HALVING_BYTES
    this.#axis[node] = axis
    this.#child[node] = this.#axis.length
    this.#axis.push(-1, -1)
    this.#child.push(-1, -1)
    return this.#child[node]
  }

  /** Gives its room back. */
  free(): void {
    this.#room.bytes += this.#bytes
  }

  preorder(): Int32Array {
    const axes: number[] = []
    const waiting = [0]
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      axes.push(this.#axis[node])
      if (this.#axis[node] >= 0) waiting.push(this.#child[node] + 1, this.#child[node])
    }
    return Int32Array.from(axes)
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
