// Bounds batches of domains (cells cut out by splits): each row has its own bounds, α, β and signs; programs for a ladder of sizes.
import type { Engine, TensorData } from '../engine/engine.ts'
import { networkHash, type Network } from '../nn/index.ts'
import { adamSteps } from './adam.ts'
import type { Box, PreActivationBounds } from './box.ts'
import { centreAndRadius, hostArrays } from './flat.ts'
import type { Floats } from './floats.ts'
import { DomainBatch } from './domain-batch.ts'
import { coneOf, type Cone } from './graph.ts'
import { intervalBounds } from './interval.ts'
import { boundDefinition, domainDefinition, type DomainOutput, type ProgramShape } from './programs.ts'
import { RoundingWalk } from './rounding.ts'
import type { StartRows } from './start.ts'

/** Results of `ascend`, of the rows of the batch in order. */
export interface AscendedDomains {
  readonly bound: Float32Array
  /** What the last iterate's bound gave up for rounding. */
  readonly slack: Float32Array
  readonly alpha: Float32Array
  /** Of the splits, in the slots of the batch. */
  readonly beta: Float32Array
  readonly mix: Float32Array
  /** Λ on every neuron at the last iterate. */
  readonly coefficients: Float32Array
  /** True outputs of the network at the minimiser of the last iterate that had a gradient, [size, outputs]. */
  readonly outputs: Float32Array
  /** Coefficients on the input at the last iterate, [size, inputs]: each bound is the minimum of such a function. */
  readonly input: Float32Array
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

/** Slots for the splits of a row in one activation that the first programs have; further ones have four times as many. */
const FEW_SPLITS = 64

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

  /** An empty batch with room for at least `count` rows, each split `splits` times at most. */
  batch(count: number, splits: number): DomainBatch {
    return new DomainBatch(this.cone, {
      size: this.sizeFor(count),
      splits: this.splitsFor(splits),
      rows: this.#rows.rows,
    })
  }

  /** The smallest number of slots for each activation that programs are compiled for and that takes `splits`. */
  splitsFor(splits: number): number {
    const widest = this.cone.activations.reduce((most, { neurons }) => Math.max(most, neurons), 0)
    let slots = FEW_SPLITS
    while (slots < splits) slots *= 4
    return Math.min(slots, widest)
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
  ): Promise<Readonly<Record<DomainOutput, TensorData>>> {
    const definition = domainDefinition(
      this.cone,
      this.#shape(batch, points),
      { iterations, betaRate, mixRate },
      this.#key,
    )
    const program = await this.#engine.compile({ ...definition, fewRuns: this.#fewRuns })
    const each = adamSteps(settings, 0, iterations)
    const steps = Float32Array.from({ length: batch.size * iterations }, (_, i) => {
      const k = i % iterations
      return batch.rate[(i - k) / iterations] * each[k]
    })
    return await program.run({ ...this.#inputs(batch), ...this.#rounding, steps })
  }

  #inputs({ lower, upper, alpha, place, sign, beta, mix }: DomainBatch): Record<string, TensorData> {
    const shared = { ...this.#shared, mix }
    if (this.cone.neurons === 0) return shared
    const rows = { ...shared, lower, upper, alpha }
    return sign.length > 0 ? { ...rows, place, sign, beta } : rows
  }

  #shape({ size, splits }: DomainBatch, points: boolean): ProgramShape {
    return { rows: size, ownBounds: true, splits, mixed: this.#rows.rows, points }
  }
}
