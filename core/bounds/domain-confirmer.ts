// Bounds a few domains once more in float64, where float32's rounding alone keeps them from being proved.
import type { Engine } from '../engine/engine.ts'
import { networkHash, type Network } from '../nn/index.ts'
import type { Box, PreActivationBounds } from './box.ts'
import type { DomainBatch } from './domain-batch.ts'
import type { AscendedDomains } from './domain-bounder.ts'
import { coneInputs } from './flat.ts'
import type { Floats } from './floats.ts'
import { coneOf, type Cone } from './graph.ts'
import { crownDefinition, type ProgramShape } from './programs.ts'
import { RoundingWalk } from './rounding.ts'
import { roundingUnit } from './slack.ts'
import type { StartRows } from './start.ts'

/** Rows of the compiled programs, ascending; more are bounded in several calls. */
const SIZES = [8, 64]

export class DomainConfirmer {
  readonly #engine: Engine
  readonly #key: string
  readonly #cone: Cone
  readonly #mixed: number
  /** What all domains share; made when the first of them needs it, which many searches never do. */
  readonly #makeShared: () => Readonly<Record<string, Floats>>
  #shared: Readonly<Record<string, Floats>> | null = null

  /** `rows`: those of the search, without rounding; their cone has the same neurons. `bounds` hold on the whole box. */
  constructor(engine: Engine, network: Network, rows: StartRows<Float64Array>, box: Box, bounds: PreActivationBounds) {
    const { coefficients: shared, offsets: sharedOffset } = rows
    this.#engine = engine
    this.#key = networkHash(network)
    this.#cone = coneOf(network, rows.start)
    this.#mixed = rows.rows
    this.#makeShared = () => {
      const { arrays } = coneInputs(this.#cone, box, bounds, 'float64')
      const rounding = new RoundingWalk(network, box).inputs(this.#cone, bounds, 'float64')
      return { ...arrays, ...rounding, shared, sharedOffset }
    }
  }

  /** Lower bounds of the listed rows of `batch` with the α, β and mixtures of `result`, every rounding counted at its worst. */
  async bound(rows: readonly number[], batch: DomainBatch, result: AscendedDomains): Promise<Float64Array> {
    const bounds = new Float64Array(rows.length)
    const most = SIZES[SIZES.length - 1]
    for (let from = 0; from < rows.length; from += most)
      bounds.set(await this.#boundPart(rows.slice(from, from + most), batch, result), from)
    return bounds
  }

  async #boundPart(rows: readonly number[], batch: DomainBatch, result: AscendedDomains): Promise<Float64Array> {
    const size = SIZES.find((candidate) => candidate >= rows.length) ?? rows.length
    const shape: ProgramShape = { rows: size, ownBounds: true, splits: batch.splits, mixed: this.#mixed, points: false }
    const definition = crownDefinition(this.#cone, shape, this.#key)
    const program = await this.#engine.compile({ ...definition, precision: 'float64' })
    const wide = (values: Float32Array): Float64Array => {
      const width = values.length / batch.size
      return copied(values, rows, width, new Float64Array(size * width))
    }
    const slots = batch.place.length / batch.size
    this.#shared ??= this.#makeShared()
    const { bound, scale } = await program.run({
      ...this.#shared,
      mix: wide(result.mix.length > 1 ? result.mix : batch.mix),
      lower: wide(batch.lower),
      upper: wide(batch.upper),
      alpha: wide(result.alpha),
      ...(slots > 0
        ? {
            place: copied(batch.place, rows, slots, new Int32Array(size * slots)),
            beta: wide(result.beta),
            sign: wide(batch.sign),
          }
        : {}),
    })
    return Float64Array.from(rows, (_, k) => bound[k] - roundingUnit('float64') * scale[k])
  }
}

/** The listed rows of `values`, `width` numbers each, the first repeated until `into` is full. */
function copied<T extends Float64Array | Int32Array>(
  values: Float32Array | Int32Array,
  rows: readonly number[],
  width: number,
  into: T,
): T {
  for (let k = 0; k * width < into.length; k++) {
    const row = rows[k] ?? rows[0]
    into.set(values.subarray(row * width, (row + 1) * width), k * width)
  }
  return into
}
