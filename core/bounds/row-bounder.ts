// Bounds many rows that share one set of pre-activation bounds: chunks, padding, program sizes, rounding slack.
import type { Engine, TensorData } from '../engine/engine.ts'
import { networkHash, type Network } from '../nn/index.ts'
import type { Box, PreActivationBounds } from './box.ts'
import { centreAndRadius, flatBounds, hostArrays, initialAlpha } from './flat.ts'
import { bytesPerRow, coneOf, type Cone } from './graph.ts'
import { ascentDefinition, crownDefinition, type ProgramShape } from './programs.ts'
import { RoundingWalk } from './rounding.ts'
import { roundingUnit } from './slack.ts'
import type { StartRows } from './start.ts'

/** How α is optimised. `iterations` 0 is plain CROWN. */
export interface AscentSettings {
  readonly iterations: number
  /** Adam's step on α. */
  readonly rate: number
  readonly decay: number
  /** No further steps after this time, shared by all rows of a call. Default: no limit. */
  readonly seconds?: number
  /** No further steps once every row of a chunk is above this. */
  readonly goal?: number
}

export const plainCrown: AscentSettings = { iterations: 0, rate: 0, decay: 1 }

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

/** Ascent steps unrolled into one call; more iterations take more calls. */
const UNROLL = 5
/** Program sizes: a call is padded to the next one. */
const SIZES = [1, 4, 16, 32, 64, 128, 192, 256, 384, 512]

/** The box and bounds a call works on. */
export interface RowContext {
  readonly box: Box
  readonly bounds: PreActivationBounds
  /** Stops between chunks: rows not bounded yet are left at −∞. */
  readonly signal?: AbortSignal
}

export class RowBounder {
  readonly network: Network
  readonly #engine: Engine
  readonly #key: string
  readonly #memoryBytes: number
  readonly #cones = new Map<string, Cone>()
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
   * the other arrays would hold need not be computed or copied. `onAlpha` is told α of every chunk, [rows, neurons], from
   * row `from` on.
   */
  async bound(
    rows: StartRows,
    context: RowContext,
    settings: AscentSettings,
    details = true,
    onAlpha?: (from: number, alpha: Float32Array) => void,
  ): Promise<RowBounds> {
    const cone = this.cone(rows.start)
    const shared = this.#sharedInputs(cone, context)
    const first = initialAlpha(cone, flatBounds(cone, context.bounds))
    const result = emptyBounds(rows.rows, details ? rows.rows : 0, cone)
    const capacity = this.#capacity(cone, settings)
    const deadline = performance.now() + (settings.seconds ?? Infinity) * 1000
    for (let from = 0; from < rows.rows && context.signal?.aborted !== true;) {
      const size = chunkSize(rows.rows - from, capacity)
      const count = Math.min(size, rows.rows - from)
      const chunk = { from, count, size }
      const start = {
        start: padded(rows.coefficients, rows.size, chunk),
        offset: padded(rows.offsets, 1, chunk),
      }
      const alpha = await this.#boundChunk(
        cone,
        chunk,
        { ...shared, ...start },
        repeated(first, size),
        { ...settings, deadline },
        result,
      )
      onAlpha?.(from, alpha.subarray(0, count * cone.neurons))
      from += count
    }
    return result
  }

  async #boundChunk(
    cone: Cone,
    chunk: Chunk,
    inputs: Record<string, TensorData>,
    alpha: Float32Array,
    settings: AscentSettings & { readonly deadline: number },
    result: RowBounds,
  ): Promise<Float32Array> {
    const shape = {
      rows: chunk.size,
      ownBounds: false,
      splits: false,
      mixed: 0,
      points: result.points.length > 0,
    }
    const withAlpha = (value: Float32Array): Record<string, TensorData> =>
      cone.neurons === 0 ? inputs : { ...inputs, alpha: value }
    const best = await this.#ascend(cone, chunk, shape, withAlpha, alpha, settings)
    const crown = await this.#engine.compile({ ...crownDefinition(cone, shape, this.#key), fewRuns: true })
    const output = await crown.run(withAlpha(best))
    const factor = roundingUnit(this.#engine.precision)
    for (let i = 0; i < chunk.count; i++) {
      const slack = factor * output.scale[i]
      result.slack[chunk.from + i] = slack
      result.lower[chunk.from + i] = output.bound[i] - slack
    }
    if (!shape.points) return best
    const store = (target: Float32Array, values: TensorData, width: number): void =>
      target.set(values.subarray(0, chunk.count * width), chunk.from * width)
    store(result.alpha, best, cone.neurons)
    store(result.coefficients, output.coefficients, cone.neurons)
    store(result.points, output.point, cone.inputSize)
    return best
  }

  /** α after the steps that `settings` allows, from `alpha` on. */
  async #ascend(
    cone: Cone,
    { count }: Chunk,
    shape: ProgramShape,
    withAlpha: (value: Float32Array) => Record<string, TensorData>,
    alpha: Float32Array,
    { iterations, rate, decay, goal = Infinity, deadline }: AscentSettings & { readonly deadline: number },
  ): Promise<Float32Array> {
    let best = alpha
    for (let done = 0; done < iterations && cone.neurons > 0 && performance.now() < deadline; done += UNROLL) {
      const options = { iterations: Math.min(UNROLL, iterations - done), betaRate: 1, decay, mixRate: 0 }
      const program = await this.#engine.compile({ ...ascentDefinition(cone, shape, options, this.#key), fewRuns: true })
      const ascent = await program.run({ ...withAlpha(best), rate: Float32Array.of(rate * decay ** done) })
      best = ascent.alpha as Float32Array
      if (ascent.bound.subarray(0, count).every((bound: number) => bound > goal)) break
    }
    return best
  }

  /** Rounding weights on `box`, kept with it: those of bounds that were wider still hold. */
  rounding(box: Box): RoundingWalk {
    let walk = this.#roundings.get(box)
    if (!walk) this.#roundings.set(box, (walk = new RoundingWalk(box)))
    return walk
  }

  #sharedInputs(cone: Cone, { box, bounds }: RowContext): Record<string, TensorData> {
    const inputs: Record<string, TensorData> = {
      ...centreAndRadius(box),
      ...hostArrays(cone, bounds),
      ...this.rounding(box).weights(cone, bounds),
      unit: Float32Array.of(roundingUnit(this.#engine.precision)),
    }
    return cone.neurons === 0 ? inputs : { ...inputs, ...flatBounds(cone, bounds) }
  }

  /** Rows that fit the memory cap. */
  #capacity(cone: Cone, settings: AscentSettings): number {
    return Math.max(1, Math.floor(this.#memoryBytes / bytesPerRow(cone, settings.iterations > 0)))
  }
}

interface Chunk {
  readonly from: number
  readonly count: number
  readonly size: number
}

/** The smallest program size that takes `rows`, or the largest that memory allows. */
function chunkSize(rows: number, capacity: number): number {
  const allowed = SIZES.filter((size) => size <= capacity)
  return allowed.find((size) => size >= rows) ?? Math.max(1, ...allowed)
}

/** Rows of a chunk, the last one repeated to fill it. */
function padded(values: Float32Array, width: number, { from, count, size }: Chunk): Float32Array {
  if (count === size) return values.slice(from * width, (from + size) * width)
  const result = new Float32Array(size * width)
  for (let row = 0; row < size; row++) {
    const source = (from + Math.min(row, count - 1)) * width
    result.set(values.subarray(source, source + width), row * width)
  }
  return result
}

function repeated(row: Float32Array, times: number): Float32Array {
  const result = new Float32Array(row.length * times)
  for (let i = 0; i < times; i++) result.set(row, i * row.length)
  return result
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
