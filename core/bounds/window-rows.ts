// Neurons of a convolution as rows of their window: everything that belongs to a place in the network cut out row by row.
import { INPUT, shapeOf, sizeOf } from '../nn/index.ts'
import { chunksOf, chunkSize, repeated, type Chunk } from './chunk.ts'
import { like, type Floats } from './floats.ts'
import type { WindowPlaces } from './envelope.ts'
import type { Activation, Cone } from './graph.ts'
import { relaxationOf } from './relaxation/index.ts'
import { roundingName } from './rounding.ts'
import { copyWindow, elementsOf, pasteWindow, placed, type Placement, type Window } from './window.ts'

/** Elements cut for rows of one place that take as long as one more run of a program. */
const WORTH_A_RUN = 2 ** 16

/** Elements that are cut out for one row: rounding weights of every node, bounds and α. */
function elementsPerRow({ nodes, neurons, inputSize }: Cone): number {
  return nodes.reduce((sum, { shape }) => sum + sizeOf(shape), 3 * (inputSize + neurons))
}

export class WindowRows {
  /** Of the window's network. */
  readonly cone: Cone
  /** Of the network that the window is cut out of. */
  readonly whole: Cone
  readonly #window: Window
  readonly #neurons: readonly number[]
  readonly #signs: readonly number[]
  /** Whether a chunk is about one place of the map, so that its rows share one window. */
  readonly samePlace: boolean
  /** 1, 2, 3 … */
  readonly #numbers: Float64Array
  /** The places that were asked for last. */
  #placed: (WindowPlaces & { readonly key: string }) | null = null

  /** Row k is `signs[k]`·(neuron `neurons[k]` of the window's source). */
  constructor(window: Window, whole: Cone, neurons: readonly number[], signs: readonly number[]) {
    this.#window = window
    this.cone = window.cone
    this.whole = whole
    this.#neurons = neurons
    this.#signs = signs
    this.#numbers = Float64Array.from({ length: Math.max(whole.neurons, whole.inputSize) }, (_, i) => i + 1)
    const places = this.#runs().length
    this.samePlace = (neurons.length / places) * elementsPerRow(this.cone) > WORTH_A_RUN
  }

  /** All rows; those of one place together where a chunk is about one. */
  chunks(capacity: number): readonly Chunk[] {
    const rows = this.#neurons.length
    if (!this.samePlace) return chunksOf(rows, capacity)
    const runs = this.#runs()
    // One size for all: a program more costs as much as hundreds of runs.
    const size = chunkSize(Math.ceil(rows / runs.length), capacity)
    return runs.flatMap(({ from, count }) => chunksOf(count, size, from).map((chunk) => ({ ...chunk, size })))
  }

  /** Rows next to each other that are about the same place. */
  #runs(): { from: number; count: number }[] {
    const [, height, width] = placed(this.#window.placements, this.#window.source).shape
    const plane = height * width
    const runs: { from: number; count: number }[] = []
    for (let k = 0, last = -1; k < this.#neurons.length; k++) {
      const place = this.#neurons[k] % plane
      if (place === last) runs[runs.length - 1].count++
      else runs.push({ from: k, count: 1 })
      last = place
    }
    return runs
  }

  /** Inputs of the programs for a chunk out of those for whole rows, but α. */
  inputs(chunk: Chunk, given: Readonly<Record<string, Floats>>): Record<string, Floats> {
    const { size } = chunk
    const input = placed(this.#window.placements, INPUT)
    const inputs: Record<string, Floats> = {
      start: this.#starts(chunk, given.unit),
      offset: like(given.unit, size),
      unit: given.unit,
      terms: given.terms,
      centre: this.#cut(chunk, given.centre, input),
      radius: this.#cut(chunk, given.radius, input),
    }
    for (const id of [INPUT, ...this.cone.nodes.map((node) => node.id)]) {
      const placement = this.#window.placements.get(id)
      const name = roundingName(id)
      // A node that only cuts does not round.
      inputs[name] = placement
        ? this.#cut(chunk, given[name], placement)
        : like(given.unit, this.#windows(chunk) * sizeOf(shapeOf(this.cone.network, id)))
    }
    for (const { node, layer } of this.cone.activations)
      for (const array of relaxationOf(layer).arrays) {
        const name = `${node.id}/${array}`
        inputs[name] = this.#cut(chunk, given[name], placed(this.#window.placements, node.id))
      }
    if (this.cone.neurons === 0) return inputs
    inputs.lower = this.#cutNeurons(chunk, given.lower)
    inputs.upper = this.#cutNeurons(chunk, given.upper)
    return inputs
  }

  /** α of a chunk, [windows, neurons of the window], out of those of all neurons. */
  alpha(chunk: Chunk, whole: Float32Array): Float32Array {
    return this.#cutNeurons(chunk, whole) as Float32Array
  }

  /** α of rows from `from` on as whole rows: `rest`, what neurons beyond the window have, does not matter. */
  wholeAlpha(from: number, alpha: Float32Array, rest: Float32Array): Float32Array {
    const rows = this.cone.neurons === 0 ? 0 : alpha.length / this.cone.neurons
    const result = repeated(rest, rows)
    for (let row = 0; row < rows; row++)
      for (const [activation, twin] of this.#twins()) {
        const at = row * this.cone.neurons + activation.offset
        const placement = placed(this.#window.placements, activation.node.id)
        pasteWindow(alpha, at, placement, this.#position(from + row), result, row * this.whole.neurons + twin.offset)
      }
    return result
  }

  /** Where the neurons and inputs of row k belong in the whole network. */
  places(k: number): WindowPlaces {
    const position = this.#position(k)
    if (this.#placed?.key === position.join()) return this.#placed
    const neurons = new Float64Array(this.cone.neurons)
    for (const [activation, twin] of this.#twins()) {
      const placement = placed(this.#window.placements, activation.node.id)
      copyWindow(this.#numbers, twin.offset, placement, position, neurons, activation.offset)
    }
    const inputs = new Float64Array(this.cone.inputSize)
    copyWindow(this.#numbers, 0, placed(this.#window.placements, INPUT), position, inputs, 0)
    // What was copied is 0 in the padding, so elements are counted from 1.
    const less = (value: number): number => value - 1
    this.#placed = { key: position.join(), neurons: neurons.map(less), inputs: inputs.map(less) }
    return this.#placed
  }

  /** Rows at the one place of the window's source, in the precision of `numbers`. */
  #starts({ from, count, size }: Chunk, numbers: Floats): Floats {
    const channels = this.cone.startSize
    const start = like(numbers, size * channels)
    const [, height, width] = placed(this.#window.placements, this.#window.source).shape
    for (let row = 0; row < size; row++) {
      const k = from + Math.min(row, count - 1)
      start[row * channels + Math.floor(this.#neurons[k] / (height * width))] = this.#signs[k]
    }
    return start
  }

  /** Windows of a chunk: one for each row, or one for all. */
  #windows({ size }: Chunk): number {
    return this.samePlace ? 1 : size
  }

  /** [windows, elements of the window] */
  #cut(chunk: Chunk, whole: Floats, placement: Placement): Floats {
    const width = elementsOf(placement)
    const result = like(whole, this.#windows(chunk) * width)
    this.#eachRow(chunk, (row, position) => copyWindow(whole, 0, placement, position, result, row * width))
    return result
  }

  /** [windows, neurons of the window] out of values of all neurons. */
  #cutNeurons(chunk: Chunk, whole: Floats): Floats {
    const width = this.cone.neurons
    const result = like(whole, this.#windows(chunk) * width)
    for (const [activation, twin] of this.#twins()) {
      const placement = placed(this.#window.placements, activation.node.id)
      this.#eachRow(chunk, (row, position) =>
        copyWindow(whole, twin.offset, placement, position, result, row * width + activation.offset),
      )
    }
    return result
  }

  #eachRow(chunk: Chunk, visit: (row: number, position: readonly [number, number]) => void): void {
    const { from, count } = chunk
    for (let row = 0; row < this.#windows(chunk); row++) visit(row, this.#position(from + Math.min(row, count - 1)))
  }

  /** Row and column of the neuron of row `k` in the source's map. */
  #position(k: number): [number, number] {
    const [, height, width] = placed(this.#window.placements, this.#window.source).shape
    const place = this.#neurons[k] % (height * width)
    return [Math.floor(place / width), place % width]
  }

  /** Activations of the window with those they were cut out of. */
  #twins(): (readonly [Activation, Activation])[] {
    return this.cone.activations.map((activation) => {
      const twin = this.whole.activations.find(({ node }) => node.id === activation.node.id)
      if (!twin) throw new RangeError(`"${activation.node.id}" is not in the network`)
      return [activation, twin]
    })
  }
}
