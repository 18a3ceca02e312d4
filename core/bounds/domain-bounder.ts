// Bounds batches of domains (cells cut out by splits): each row has its own bounds, α, β and signs; programs for a ladder of sizes.
import type { Engine } from '../engine/engine.ts'
import { networkHash, type Network } from '../nn/index.ts'
import type { Box } from './box.ts'
import { centreAndRadius } from './flat.ts'
import { coneOf, type Cone } from './graph.ts'
import { ascentDefinition, crownDefinition } from './programs.ts'
import { refreshDefinition, refreshRows } from './refresh.ts'

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
  /** Linear function of the cone's start, [size, startSize] and [size]. */
  readonly start: Float32Array
  readonly offset: Float32Array
}

/** Results of `ascend`, of the rows of the batch in order. */
export interface AscendedDomains {
  readonly bound: Float32Array
  readonly alpha: Float32Array
  readonly beta: Float32Array
  /** Λ on every neuron at the last iterate. */
  readonly coefficients: Float32Array
  /** True outputs of the network at the last iterate's minimiser, [size, outputs]. */
  readonly outputs: Float32Array
  /** Those minimisers, [size, inputs]. */
  readonly points: Float32Array
}

export interface DomainAscent {
  readonly iterations: number
  readonly rate: number
  /** Step of β as a multiple of α's. */
  readonly betaRate: number
  readonly decay: number
}

export class DomainBounder {
  readonly cone: Cone
  /** Sizes programs are compiled for, ascending. */
  readonly sizes: readonly number[]
  readonly #engine: Engine
  readonly #key: string
  readonly #centre: Float32Array
  readonly #radius: Float32Array

  constructor(engine: Engine, network: Network, start: string, box: Box, sizes: readonly number[]) {
    this.cone = coneOf(network, start)
    this.sizes = sizes
    this.#engine = engine
    this.#key = networkHash(network)
    const { centre, radius } = centreAndRadius(box)
    this.#centre = centre
    this.#radius = radius
  }

  /** The smallest program size that takes `count` rows. */
  sizeFor(count: number): number {
    return this.sizes.find((size) => size >= count) ?? this.sizes[this.sizes.length - 1]
  }

  /** An empty batch with room for at least `count` rows. */
  batch(count: number): DomainBatch {
    const size = this.sizeFor(count)
    const { neurons, startSize } = this.cone
    const wide = (): Float32Array => new Float32Array(size * neurons)
    return {
      count: 0,
      lower: wide(),
      upper: wide(),
      alpha: wide(),
      beta: wide(),
      sign: wide(),
      start: new Float32Array(size * startSize),
      offset: new Float32Array(size),
    }
  }

  /** Rows a refresh costs per domain. */
  get refreshRows(): number {
    return refreshRows(this.cone)
  }

  /** Tightens `lower` and `upper` of the batch in place by CROWN on every later layer. */
  async refresh(batch: DomainBatch): Promise<void> {
    const program = await this.#engine.compile(refreshDefinition(this.cone, batch.offset.length, this.#key))
    const { lower, upper } = batch
    const tight = await program.run({ centre: this.#centre, radius: this.#radius, lower, upper })
    lower.set(tight.lower as Float32Array)
    upper.set(tight.upper as Float32Array)
  }

  /** One CROWN pass with the α and β of the batch: bounds of its rows. */
  async crown(batch: DomainBatch): Promise<Float32Array> {
    const definition = crownDefinition(this.cone, shapeOf(batch), this.#key)
    const program = await this.#engine.compile(definition)
    const { bound } = await program.run(this.#inputs(batch))
    return bound as Float32Array
  }

  /** α,β ascent from the α and β of the batch. */
  async ascend(batch: DomainBatch, { rate, ...options }: DomainAscent): Promise<AscendedDomains> {
    const definition = ascentDefinition(this.cone, shapeOf(batch), options, this.#key)
    const program = await this.#engine.compile(definition)
    const result = await program.run({ ...this.#inputs(batch), rate: Float32Array.of(rate) })
    return result as unknown as AscendedDomains
  }

  #inputs({ lower, upper, alpha, beta, sign, start, offset }: DomainBatch): Record<string, Float32Array> {
    const shared = { centre: this.#centre, radius: this.#radius, start, offset }
    return this.cone.neurons === 0 ? shared : { ...shared, lower, upper, alpha, beta, sign }
  }
}

function shapeOf(batch: DomainBatch): { rows: number; ownBounds: boolean; splits: boolean } {
  return { rows: batch.offset.length, ownBounds: true, splits: true }
}
