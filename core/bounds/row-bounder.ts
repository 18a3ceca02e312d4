// Bounds many rows that share one set of pre-activation bounds: chunks, padding, program sizes, rounding slack.
import type { Engine, TensorData } from '../engine/engine.ts'
import { networkHash, type Network } from '../nn/index.ts'
import type { Box, PreActivationBounds } from './box.ts'
import { chunkSize, padded, repeated, type Chunk } from './chunk.ts'
import { centreAndRadius, flatBounds, hostArrays, initialAlpha } from './flat.ts'
import { bytesPerRow, coneOf, type Cone } from './graph.ts'
import { crownDefinition, type ProgramShape } from './programs.ts'
import { ascendRows, type AscentSettings, type TimedAscent } from './row-ascent.ts'
import { RoundingWalk } from './rounding.ts'
import { roundingUnit } from './slack.ts'
import { neuronStart, type StartRows } from './start.ts'
import { WindowRows } from './window-rows.ts'
import { windowOf, type Window } from './window.ts'

/** Bounds of rows with what branch and bound and other callers want to know about them. */
export interface RowBounds {
  /** Lower bounds, slack for float32 rounding already taken off, [rows]. NaN proves nothing. */
  readonly lower: Float64Array
  /** The slack taken off, [rows]. */
  readonly slack: Float64Array
  /** Parameters that gave the bounds, [rows, neurons of the cone]. */
  readonly alpha: Float32Array
  /** Λ on every activation, [rows, neurons of the cone]. */
  readonly coefficients: Float32Array
  /** Minimisers of the relaxed rows, [rows, inputs]. */
  readonly points: Float32Array
}

/** The box and bounds a call works on. */
export interface RowContext {
  readonly box: Box
  readonly bounds: PreActivationBounds
  /** Stops between chunks: rows not bounded yet are left at −∞. */
  readonly signal?: AbortSignal
}

/** Rows of one bounding call, chunk by chunk. */
interface RowSource {
  readonly cone: Cone
  readonly rows: number
  readonly shape: Pick<ProgramShape, 'ownBounds' | 'ownBox'>
  /** Identifies the network of the cone. */
  readonly key: string
  /** Everything the programs want for a chunk but α, and α of plain CROWN, [size, neurons]. */
  chunk(chunk: Chunk): { inputs: Record<string, TensorData>; alpha: Float32Array }
}

/** Told α of the rows from `from` on, [rows, neurons of the cone of `bound`'s start]. */
export type AlphaListener = (from: number, alpha: Float32Array) => void

export class RowBounder {
  readonly network: Network
  readonly #engine: Engine
  readonly #key: string
  readonly #memoryBytes: number
  readonly #cones = new Map<string, Cone>()
  readonly #windows = new Map<string, { window: Window; key: string } | null>()
  readonly #roundings = new WeakMap<Box, RoundingWalk>()

  constructor(engine: Engine, network: Network, memoryBytes = 512 * 2 ** 20) {
    this.#engine = engine
    this.network = network
    this.#key = networkHash(network)
    this.#memoryBytes = memoryBytes
  }

  cone(start: string): Cone {
    const known = this.#cones.get(start)
    if (known) return known
    const cone = coneOf(this.network, start)
    this.#cones.set(start, cone)
    return cone
  }

  /**
   * Lower bounds of all rows; each row optimises its own α. Without `details` only `lower` and `slack` are filled: what
   * the other arrays would hold need not be computed or copied.
   */
  async bound(
    rows: StartRows,
    context: RowContext,
    settings: AscentSettings,
    details = true,
    onAlpha?: AlphaListener,
  ): Promise<RowBounds> {
    const cone = this.cone(rows.start)
    const { inputs: shared, alpha: first } = this.#prepare(cone, context)
    const source: RowSource = {
      cone,
      rows: rows.rows,
      shape: { ownBounds: false },
      key: this.#key,
      chunk: (chunk) => ({
        inputs: {
          ...shared,
          start: padded(rows.coefficients, rows.size, chunk),
          offset: padded(rows.offsets, 1, chunk),
        },
        alpha: repeated(first, chunk.size),
      }),
    }
    return await this.#boundAll(
      source,
      context,
      settings,
      emptyBounds(rows.rows, details ? rows.rows : 0, cone),
      onAlpha,
    )
  }

  /**
   * Lower bounds of the rows `signs[k]`·(neuron `neurons[k]` of node `id`), [rows]. Neurons of early convolutions are bounded
   * in the window they depend on; α is told for the whole cone of `neuronStart` all the same.
   */
  async boundNeurons(
    id: string,
    neurons: readonly number[],
    signs: readonly number[],
    context: RowContext,
    settings: AscentSettings,
    onAlpha?: AlphaListener,
  ): Promise<Float64Array> {
    const found = this.#windowOf(id)
    if (!found)
      return (await this.bound(neuronStart(this.network, id, neurons, signs), context, settings, false, onAlpha)).lower
    const rows = new WindowRows(found.window, this.cone(id), neurons, signs)
    const { inputs: given, alpha: first } = this.#prepare(rows.whole, context)
    const source: RowSource = {
      cone: rows.cone,
      rows: neurons.length,
      shape: { ownBounds: true, ownBox: true },
      key: found.key,
      chunk: (chunk) => rows.chunk(chunk, given, first),
    }
    const listener: AlphaListener | undefined =
      onAlpha && ((from, alpha) => onAlpha(from, rows.wholeAlpha(from, alpha, first)))
    return (await this.#boundAll(source, context, settings, emptyBounds(neurons.length, 0, rows.cone), listener)).lower
  }

  #windowOf(id: string): { window: Window; key: string } | null {
    const known = this.#windows.get(id)
    if (known !== undefined) return known
    const window = windowOf(this.network, id)
    const found = window && { window, key: networkHash(window.cone.network) }
    this.#windows.set(id, found)
    return found
  }

  async #boundAll(
    source: RowSource,
    context: RowContext,
    settings: AscentSettings,
    result: RowBounds,
    onAlpha?: AlphaListener,
  ): Promise<RowBounds> {
    const capacity = this.#capacity(source.cone, settings)
    const deadline = performance.now() + (settings.seconds ?? Infinity) * 1000
    for (let from = 0; from < source.rows && context.signal?.aborted !== true;) {
      const size = chunkSize(source.rows - from, capacity)
      const count = Math.min(size, source.rows - from)
      const alpha = await this.#boundChunk(source, { from, count, size }, { ...settings, deadline }, result)
      onAlpha?.(from, alpha.subarray(0, count * source.cone.neurons))
      from += count
    }
    return result
  }

  async #boundChunk(source: RowSource, chunk: Chunk, settings: TimedAscent, result: RowBounds): Promise<Float32Array> {
    const { cone, key } = source
    const points = result.points.length > 0
    const shape: ProgramShape = { ...source.shape, rows: chunk.size, splits: false, mixed: 0, points }
    const { inputs, alpha } = source.chunk(chunk)
    const best = await ascendRows(this.#engine, { cone, key, shape, inputs, count: chunk.count }, alpha, settings)
    const crown = await this.#engine.compile({ ...crownDefinition(cone, shape, key), fewRuns: true })
    const output = await crown.run(cone.neurons === 0 ? inputs : { ...inputs, alpha: best })
    const factor = roundingUnit(this.#engine.precision)
    for (let i = 0; i < chunk.count; i++) {
      const slack = factor * output.scale[i]
      result.slack[chunk.from + i] = slack
      result.lower[chunk.from + i] = output.bound[i] - slack
    }
    if (!points) return best
    const store = (target: Float32Array, values: TensorData, width: number): void =>
      target.set(values.subarray(0, chunk.count * width), chunk.from * width)
    store(result.alpha, best, cone.neurons)
    store(result.coefficients, output.coefficients, cone.neurons)
    store(result.points, output.point, cone.inputSize)
    return best
  }

  /** Rounding weights on `box`, kept with it: those of bounds that were wider still hold. */
  #rounding(box: Box): RoundingWalk {
    let walk = this.#roundings.get(box)
    if (!walk) this.#roundings.set(box, (walk = new RoundingWalk(box)))
    return walk
  }

  /** What all rows of a cone share, and α of plain CROWN, [neurons]. */
  #prepare(cone: Cone, { box, bounds }: RowContext): { inputs: Record<string, TensorData>; alpha: Float32Array } {
    const flat = flatBounds(cone, bounds)
    const inputs: Record<string, TensorData> = {
      ...centreAndRadius(box),
      ...hostArrays(cone, bounds),
      ...this.#rounding(box).weights(cone, bounds),
      ...(cone.neurons === 0 ? {} : flat),
      unit: Float32Array.of(roundingUnit(this.#engine.precision)),
    }
    return { inputs, alpha: initialAlpha(cone, flat) }
  }

  /** Rows that fit the memory cap. */
  #capacity(cone: Cone, settings: AscentSettings): number {
    return Math.max(1, Math.floor(this.#memoryBytes / bytesPerRow(cone, settings.iterations > 0)))
  }
}

/** `detailed` rows of everything but bounds and slack. */
function emptyBounds(rows: number, detailed: number, cone: Cone): RowBounds {
  return {
    lower: new Float64Array(rows).fill(-Infinity),
    slack: new Float64Array(rows),
    alpha: new Float32Array(detailed * cone.neurons),
    coefficients: new Float32Array(detailed * cone.neurons),
    points: new Float32Array(detailed * cone.inputSize),
  }
}
