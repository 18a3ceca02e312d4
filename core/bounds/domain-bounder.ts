// Bounds batches of domains (cells cut out by splits): each row has its own bounds, α, β and signs; programs for a ladder of sizes.
import type { Engine, TensorData } from '../engine/engine.ts'
import { networkHash, type Network } from '../nn/index.ts'
import { adamSteps } from './adam.ts'
import type { Box, PreActivationBounds } from './box.ts'
import { centreAndRadius, hostArrays } from './flat.ts'
import type { Floats } from './floats.ts'
import { coneOf, type Cone } from './graph.ts'
import { intervalBounds } from './interval.ts'
import { ascentDefinition, boundDefinition, type AscentOutput, type ProgramShape } from './programs.ts'
import { RoundingWalk } from './rounding.ts'
import type { StartRows } from './start.ts'

/** Rows of a batch, all flat and float32; only the first `count` rows mean anything to the caller. */
export interface DomainBatch {
  count: number
  /** [size, neurons] */
  readonly lower: Float32Array
  readonly upper: Float32Array
  readonly alpha: Float32Array
  readonly beta: Float32Array
  /** +1: z ≥ 0, −1: z ≤ 0, 0: not split. */
  readonly sign: Float32Array
  /** Which mixture of the bounder's rows each domain is about, [size, rows]; one-hot for a single row. */
  readonly mix: Float32Array
  readonly size: number
}

/** Results of `ascend`, of the rows of the batch in order. */
export interface AscendedDomains {
  readonly bound: Float32Array
  /** What the last iterate's bound gave up for rounding. */
  readonly slack: Float32Array
  readonly alpha: Float32Array
  readonly beta: Float32Array
  readonly mix: Float32Array
  /** Λ on every neuron at the last iterate. */
  readonly coefficients: Float32Array
  /** True outputs of the network at the minimiser of the last iterate that had a gradient, [size, outputs]. */
  readonly outputs: Float32Array
}

export interface DomainAscent {
  readonly iterations: number
  readonly rate: number
  /** Step of β as a multiple of α's. */
  readonly betaRate: number
  readonly decay: number
  /** Step of the mixtures of rows; 0 where each domain is about one row. */
  readonly mixRate: number
}

export class DomainBounder {
  readonly cone: Cone
  /** Sizes programs are compiled for, ascending. */
  readonly sizes: readonly number[]
  readonly #engine: Engine
  readonly #key: string
  readonly #rows: StartRows
  /** What all domains share: the box, host arrays of relaxations, rounding weights, rows. */
  readonly #shared: Readonly<Record<string, Floats>>
  readonly #rounding: Readonly<Record<string, Floats>>
  readonly #fewRuns: boolean

  /** `bounds` hold on the whole box; default intervals. `fewRuns`: programs are to be compiled quickly rather than well. */
  constructor(
    engine: Engine,
    network: Network,
    rows: StartRows,
    box: Box,
    sizes: readonly number[],
    bounds: PreActivationBounds = intervalBounds(network, box).preActivations,
    fewRuns = false,
  ) {
    this.#fewRuns = fewRuns
    this.cone = coneOf(network, rows.start)
    this.#rows = rows
    this.sizes = sizes
    this.#engine = engine
    this.#key = networkHash(network)
    const { coefficients: shared, offsets: sharedOffset } = rows
    this.#shared = { ...centreAndRadius(box), ...hostArrays(this.cone, bounds), shared, sharedOffset }
    this.#rounding = new RoundingWalk(network, box).inputs(this.cone, bounds, engine.precision)
  }

  /** The smallest program size that takes `count` rows. */
  sizeFor(count: number): number {
    return this.sizes.find((size) => size >= count) ?? this.sizes[this.sizes.length - 1]
  }

  /** An empty batch with room for at least `count` rows. */
  batch(count: number): DomainBatch {
    const size = this.sizeFor(count)
    const { neurons } = this.cone
    const wide = (): Float32Array => new Float32Array(size * neurons)
    return {
      count: 0,
      lower: wide(),
      upper: wide(),
      alpha: wide(),
      beta: wide(),
      sign: wide(),
      mix: new Float32Array(size * this.#rows.rows),
      size,
    }
  }

  /** One CROWN pass with the α and β of the batch: bounds of its rows. */
  async crown(batch: DomainBatch): Promise<Float32Array> {
    const definition = boundDefinition(this.cone, this.#shape(batch, false), this.#key)
    const program = await this.#engine.compile({ ...definition, fewRuns: this.#fewRuns })
    const { bound } = await program.run(this.#inputs(batch))
    return bound as Float32Array
  }

  /** α,β ascent from the α and β of the batch. */
  async ascend(batch: DomainBatch, ascent: DomainAscent): Promise<AscendedDomains> {
    return (await this.#ascend(batch, ascent, false)) as unknown as AscendedDomains
  }

  /** The minimisers that `outputs` of the same ascent belong to, [size, inputs]: the ascent once more, for when they matter. */
  async points(batch: DomainBatch, ascent: DomainAscent): Promise<Float32Array> {
    return (await this.#ascend(batch, ascent, true)).points as Float32Array
  }

  async #ascend(
    batch: DomainBatch,
    { iterations, betaRate, mixRate, ...settings }: DomainAscent,
    points: boolean,
  ): Promise<Readonly<Record<AscentOutput, TensorData>>> {
    const definition = ascentDefinition(
      this.cone,
      this.#shape(batch, points),
      { iterations, betaRate, mixRate },
      this.#key,
    )
    const program = await this.#engine.compile({ ...definition, fewRuns: this.#fewRuns })
    return await program.run({ ...this.#inputs(batch), ...this.#rounding, steps: adamSteps(settings, 0, iterations) })
  }

  #inputs({ lower, upper, alpha, beta, sign, mix }: DomainBatch): Record<string, Floats> {
    const shared = { ...this.#shared, mix }
    return this.cone.neurons === 0 ? shared : { ...shared, lower, upper, alpha, beta, sign }
  }

  #shape(batch: DomainBatch, points: boolean): ProgramShape {
    return { rows: batch.size, ownBounds: true, splits: true, mixed: this.#rows.rows, points }
  }
}
