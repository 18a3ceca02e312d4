// Bounds many rows that share one set of pre-activation bounds: chunks, padding, program sizes, rounding slack.
import type { Engine, Precision, TensorData } from '../engine/engine.ts'
import { networkHash, type Network } from '../nn/index.ts'
import type { Box, PreActivationBounds } from './box.ts'
import { repeated, type Chunk } from './chunk.ts'
import type { FirstLayer } from './first-layer.ts'
import type { Floats } from './floats.ts'
import { bytesPerRow, coneOf, convolves, type Cone } from './graph.ts'
import { crownDefinition, type CrownOutput, type ProgramShape } from './programs.ts'
import { ascendRows, type AscentSettings, type TimedAscent } from './row-ascent.ts'
import { RowEnvelope } from './row-envelope.ts'
import { RoundingWalk } from './rounding.ts'
import { wholeRows, windowedRows, type RowPlace, type RowSource } from './row-source.ts'
import { roundingUnit } from './slack.ts'
import { neuronStart, rowsOf, startOf, type StartRows } from './start.ts'
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
  /** First layers whose envelopes raise the bounds. */
  readonly first?: FirstLayer | null
}

/** The rows of one call; both the same where one precision does. */
interface Sources {
  readonly search: RowSource
  readonly last: RowSource
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
   * the other arrays would hold need not be computed or copied. `exact`: the same rows without rounding, for a last pass in float64.
   */
  async bound(
    rows: StartRows,
    context: RowContext,
    settings: AscentSettings,
    details = true,
    exact?: StartRows<Float64Array>,
  ): Promise<RowBounds> {
    const cone = this.cone(rows.start)
    const place = this.#place(context)
    const sources = this.#sources(settings, exact !== undefined, (precision) => {
      const given = precision === 'float64' && exact ? exact : rows
      return wholeRows(this.cone(given.start), rows.rows, this.#key, precision, place, (chunk) => rowsOf(given, chunk))
    })
    return await this.#boundAll(sources, context, settings, emptyBounds(rows.rows, details ? rows.rows : 0, cone))
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
    const place = this.#place(context)
    const found = this.#windowOf(id)
    const whole = this.cone(startOf(this.network, id))
    const rows = found && new WindowRows(found.window, this.cone(id), neurons, signs)
    const sources = this.#sources(settings, !found && !convolves(whole), (precision) => {
      if (found && rows) return windowedRows(rows, found.key, precision, place)
      return wholeRows(whole, neurons.length, this.#key, precision, place, ({ from, count }) => {
        const part = [neurons.slice(from, from + count), signs.slice(from, from + count)] as const
        return neuronStart(this.network, id, ...part, precision)
      })
    })
    const listener: AlphaListener | undefined =
      onAlpha && ((from, alpha) => onAlpha(from, rows ? rows.wholeAlpha(from, alpha, sources.last.alpha) : alpha))
    const result = emptyBounds(neurons.length, 0, rows?.cone ?? whole)
    return (await this.#boundAll(sources, context, settings, result, listener)).lower
  }

  /** The rows as the ascent takes them, and as the pass that gives the bounds does: in float64 where that is `worth` it. */
  #sources(settings: AscentSettings, worth: boolean, make: (precision: Precision) => RowSource): Sources {
    const { precision, provider } = this.#engine
    const float64 = worth && provider === 'cpu' && settings.lastPass !== 'float32'
    const last = make(float64 ? 'float64' : precision)
    const search = settings.iterations > 0 && last.precision !== precision ? make(precision) : last
    return { search, last }
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
    sources: Sources,
    context: RowContext,
    settings: AscentSettings,
    result: RowBounds,
    onAlpha?: AlphaListener,
  ): Promise<RowBounds> {
    const { whole, precision } = sources.last
    const envelope = context.first ? RowEnvelope.of(context.first, whole, context.bounds, precision) : null
    const capacity = this.#capacity(sources, settings)
    const deadline = performance.now() + (settings.seconds ?? Infinity) * 1000
    for (const chunk of sources.last.chunks(capacity)) {
      if (context.signal?.aborted === true) break
      await this.#boundChunk(sources, chunk, { ...settings, deadline }, result, envelope, onAlpha)
    }
    return result
  }

  async #boundChunk(
    { search, last }: Sources,
    chunk: Chunk,
    settings: TimedAscent,
    result: RowBounds,
    envelope: RowEnvelope | null,
    onAlpha: AlphaListener | undefined,
  ): Promise<void> {
    const { from, count } = chunk
    const { cone, key, precision } = last
    const points = result.points.length > 0
    const given = search === last || settings.iterations > 0 ? search.inputs(chunk) : {}
    const { alpha, sharedAlpha } = await this.#slopes(search, chunk, settings, given)
    const inputs = search === last ? given : last.inputs(chunk)
    const definition = crownDefinition(
      cone,
      { ...shapeOf(last, chunk), points, linear: envelope !== null, sharedAlpha },
      key,
    )
    const crown = await this.#engine.compile({ ...definition, precision, fewRuns: true })
    const output = await crown.run(cone.neurons === 0 ? inputs : { ...inputs, alpha })
    const factor = roundingUnit(precision)
    for (let i = 0; i < count; i++) {
      const slack = factor * output.scale[i]
      result.slack[from + i] = slack
      result.lower[from + i] = output.bound[i] - slack
      // What is on one side of 0 already is tight enough.
      if (envelope && !(result.lower[from + i] >= 0)) raise(envelope, last, from + i, i, output, result.lower)
    }
    const ofRows = (): Float32Array => (sharedAlpha ? repeated(alpha, count) : alpha.subarray(0, count * cone.neurons))
    onAlpha?.(from, ofRows())
    if (!points) return
    result.alpha.set(ofRows(), from * cone.neurons)
    result.coefficients.set(output.coefficients.subarray(0, count * cone.neurons), from * cone.neurons)
    result.points.set(output.point.subarray(0, count * cone.inputSize), from * cone.inputSize)
  }

  /** α of the pass that gives the bounds, [size, neurons]: what the ascent found; plain CROWN's is one for all rows that share bounds. */
  async #slopes(
    source: RowSource,
    chunk: Chunk,
    settings: TimedAscent,
    inputs: Readonly<Record<string, Floats>>,
  ): Promise<{ alpha: Float32Array; sharedAlpha: boolean }> {
    const { cone, key, shape } = source
    const own = source.alphaOf(chunk)
    if (settings.iterations === 0) return { alpha: own, sharedAlpha: !shape.ownBounds }
    const first = shape.ownBounds ? own : repeated(own, chunk.size)
    const rows = { cone, key, shape: shapeOf(source, chunk), inputs, count: chunk.count }
    return { alpha: await ascendRows(this.#engine, rows, first, settings), sharedAlpha: false }
  }

  /** Roundings on `box` are kept with it: those of bounds that were wider still hold. */
  #place({ box, bounds }: RowContext): RowPlace {
    let rounding = this.#roundings.get(box)
    if (!rounding) this.#roundings.set(box, (rounding = new RoundingWalk(this.network, box)))
    return { box, bounds, rounding }
  }

  /** Rows that fit the memory cap. */
  #capacity({ search, last }: Sources, { iterations }: AscentSettings): number {
    const bytes = bytesPerRow(last.cone, false, last.precision)
    const most = iterations > 0 ? Math.max(bytes, bytesPerRow(search.cone, true, search.precision)) : bytes
    return Math.max(1, Math.floor(this.#memoryBytes / most))
  }
}

/** Raises the bound of row `k`, the one of number `i` in what a program gave out. */
function raise(
  envelope: RowEnvelope,
  source: RowSource,
  k: number,
  i: number,
  { coefficients, input }: Readonly<Record<CrownOutput, TensorData>>,
  lower: Float64Array,
): void {
  const { neurons, inputSize } = source.cone
  const row = {
    coefficients: coefficients.subarray(i * neurons, (i + 1) * neurons) as Floats,
    input: input.subarray(i * inputSize, (i + 1) * inputSize) as Floats,
  }
  lower[k] = envelope.raise(lower[k], row, source.places(k))
}

function shapeOf({ shape }: RowSource, { size }: Chunk): ProgramShape {
  return { ...shape, rows: size, splits: null, mixed: 0, points: false }
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
