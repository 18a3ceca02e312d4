// Projected gradient descent over the box of a problem: restarts times rows in one batch, accepted only by replay.
import { SeededRandom } from '../../data/random.ts'
import type { Engine, TensorData } from '../../engine/engine.ts'
import { sizeOf, type Network } from '../../nn/index.ts'
import type { Witness } from '../outcome.ts'
import type { Problem } from '../problem.ts'
import type { Replay } from '../replay.ts'
import { compileStep, type StepProgram, type StepRule } from './step-program.ts'

/** Candidates replayed per step at most: float32 and float64 disagree about few. */
const REPLAYS_PER_STEP = 4
/** Bytes of activations one batch of candidates may take, roughly. */
const BATCH_BYTES = 128 * 2 ** 20

/** How hard to look (defaults: spec A.6 (ii)). */
export interface AttackOptions {
  /** Starting points per row; the first is the centre of the box, the others are uniform in the box. */
  readonly restarts: number
  readonly steps: number
  readonly rule: StepRule
  /** First step as a share of the radius, per input dimension. */
  readonly firstStep: number
  /** Factor on the step size after every step. */
  readonly decay: number
  readonly seed: number
}

export const pgdOptions: AttackOptions = {
  restarts: 30,
  steps: 100,
  rule: 'adam-sign',
  firstStep: 0.25,
  decay: 0.99,
  seed: 100,
}

/** The fast gradient sign method: one full step from the centre. */
export const fgsmOptions: AttackOptions = { ...pgdOptions, restarts: 1, steps: 1, rule: 'sign', firstStep: 1 }

export interface AttackReport {
  readonly witness: Witness | null
  /** The point with the smallest value seen, as float32 found it; a good start for other methods. */
  readonly best: Float32Array
  /** Its value in float32 (min over rows, or max over rows for `any-positive`). */
  readonly bestValue: number
  /** Gradient steps taken, times candidates. */
  readonly evaluations: number
  /** Whether time or a signal ended the search before its last restart. */
  readonly cut: boolean
}

/** Everything one search needs besides its options. */
export interface AttackTask {
  readonly engine: Engine
  /** The network to differentiate: the fused one where there is one. */
  readonly network: Network
  readonly problem: Problem
  readonly replay: Replay
  readonly seconds: number
  readonly signal: AbortSignal
}

/** Looks for a counterexample; ends at the first that replays. */
export async function searchAttack(task: AttackTask, options: AttackOptions): Promise<AttackReport> {
  const { rows } = task.problem.property.rows
  const search = new Search(task, options)
  const targets = task.problem.property.kind === 'all-positive' ? rows : 1
  let done = 0
  while (done < options.restarts && !search.over) {
    const restarts = done === 0 ? 1 : Math.min(options.restarts - done, batchRestarts(task.network, targets))
    await search.round(done, restarts, targets)
    done += restarts
  }
  return search.report(done < options.restarts)
}

/** Restarts per batch, so that the activations of a batch fit the memory cap. */
function batchRestarts(network: Network, targets: number): number {
  const values = network.nodes.reduce((sum, { shape }) => sum + sizeOf(shape), sizeOf(network.inputShape))
  const candidates = Math.floor(BATCH_BYTES / (values * 8))
  return Math.min(16, Math.max(1, Math.floor(candidates / targets)))
}

class Search {
  readonly #task: AttackTask
  readonly #options: AttackOptions
  readonly #random: SeededRandom
  readonly #deadline: number
  readonly #lower: Float32Array
  readonly #upper: Float32Array
  readonly #centre: Float32Array
  readonly #radius: Float32Array
  #best: Float32Array
  #bestValue = Infinity
  #witness: Witness | null = null
  #evaluations = 0

  constructor(task: AttackTask, options: AttackOptions) {
    const { box, centre } = task.problem
    this.#task = task
    this.#options = options
    this.#random = new SeededRandom(options.seed).fork('attack')
    this.#deadline = performance.now() + task.seconds * 1000
    this.#lower = Float32Array.from(box.lower)
    this.#upper = Float32Array.from(box.upper)
    this.#centre = Float32Array.from(box.lower, (lower, i) => (centre ? centre[i] : (lower + box.upper[i]) / 2))
    this.#radius = this.#centre.map((value, i) => Math.max(value - this.#lower[i], this.#upper[i] - value))
    this.#best = this.#centre
  }

  get over(): boolean {
    return this.#witness !== null || this.#task.signal.aborted || performance.now() > this.#deadline
  }

  report(cut: boolean): AttackReport {
    return {
      witness: this.#witness,
      best: this.#best,
      bestValue: this.#bestValue,
      evaluations: this.#evaluations,
      cut: cut && this.#witness === null,
    }
  }

  /** Runs all steps of `restarts` restarts from number `first` on. */
  async round(first: number, restarts: number, targets: number): Promise<void> {
    const { engine, network, problem } = this.#task
    const { rows } = problem.property.rows
    const { rule, steps } = this.#options
    const candidates = restarts * targets
    const program = await compileStep(engine, network, { candidates, rows, rule, kind: problem.property.kind })
    let points = this.#starts(first, candidates, targets)
    let mean: Float32Array = new Float32Array(points.length)
    const weights = rowWeights(candidates, rows, targets)
    let size = this.#options.firstStep
    // One run more than steps: a run gives the values of the points it was handed.
    for (let step = 0; step <= steps && !this.over; step++) {
      const result = await this.#step(program, { points, mean, weights, size })
      this.#judge(points, result.values, candidates)
      this.#evaluations += candidates
      points = result.next
      mean = result.nextMean
      size *= this.#options.decay
    }
  }

  async #step(
    program: StepProgram,
    state: { points: Float32Array; mean: Float32Array; weights: Float32Array; size: number },
  ): Promise<{ values: Float32Array; next: Float32Array; nextMean: Float32Array }> {
    const { coefficients, offsets } = this.#task.problem.property.rows
    const { values, next, nextMean } = await program.run({
      points: state.points,
      mean: state.mean,
      weights: state.weights,
      lower: this.#lower,
      upper: this.#upper,
      step: this.#radius.map((radius) => radius * state.size),
      coefficients: Float32Array.from(coefficients),
      offsets: Float32Array.from(offsets),
    })
    return { values: asFloat32(values), next: asFloat32(next), nextMean: asFloat32(nextMean) }
  }

  /** Candidate b belongs to restart first + floor(b / targets) and pushes row b mod targets. */
  #starts(first: number, candidates: number, targets: number): Float32Array {
    const inputs = this.#centre.length
    const points = new Float32Array(candidates * inputs)
    for (let b = 0; b < candidates; b++) {
      const point = points.subarray(b * inputs, (b + 1) * inputs)
      point.set(this.#centre)
      if (first + Math.floor(b / targets) > 0)
        for (let i = 0; i < inputs; i++)
          point[i] = this.#lower[i] + this.#random.uniform() * (this.#upper[i] - this.#lower[i])
    }
    return points
  }

  /** Remembers the best candidate; replays those that float32 calls counterexamples. */
  #judge(points: Float32Array, values: Float32Array, candidates: number): void {
    const inputs = this.#centre.length
    const rows = values.length / candidates
    let replays = 0
    for (let b = 0; b < candidates; b++) {
      const own = values.subarray(b * rows, (b + 1) * rows)
      const value = this.#task.problem.property.kind === 'all-positive' ? Math.min(...own) : Math.max(...own)
      if (value < this.#bestValue) {
        this.#bestValue = value
        this.#best = points.slice(b * inputs, (b + 1) * inputs)
      }
      if (!(value < 0) || replays >= REPLAYS_PER_STEP) continue
      replays++
      this.#witness = this.#task.replay.accept(points.subarray(b * inputs, (b + 1) * inputs))
      if (this.#witness) return
    }
  }
}

function asFloat32(data: TensorData): Float32Array {
  return data instanceof Float32Array ? data : new Float32Array(data)
}

/** [candidates, rows]: one-hot by target, or all ones where all rows must fall together. */
function rowWeights(candidates: number, rows: number, targets: number): Float32Array {
  const weights = new Float32Array(candidates * rows)
  if (targets === 1 && rows !== 1) return weights.fill(1)
  for (let b = 0; b < candidates; b++) weights[b * rows + (b % targets)] = 1
  return weights
}
