// Tighter pre-activation bounds by LP or MILP, layer by layer, so that later layers profit from earlier ones (spec C.9).
import type { Box, Interval, PreActivationBounds } from '../../bounds/box.ts'
import { intervalBounds } from '../../bounds/interval.ts'
import { activationNodes, type Layer, type Network } from '../../nn/index.ts'
import { Encoding } from './encode.ts'
import { roundingOf } from './expression.ts'
import type { SweepTarget } from './protocol.ts'
import type { SolverPool } from './solver-pool.ts'

export interface TightenOptions {
  /** For all neurons together. */
  readonly seconds: number
  /** For one bound. */
  readonly secondsEach: number
  /** MILP bounds (HiGHS' word) instead of LP bounds (rebuilt from duals with outward rounding). */
  readonly integer: boolean
  /**
   * MIPVerify's order: LP bounds first, MILP bounds (with `integer`) only where the sign is still open, lower bounds only
   * where the upper one is above 0.
   */
  readonly progressive?: boolean
  /** Carries the bounds of one layer on to later ones; default: intervals. */
  readonly propagate?: (bounds: PreActivationBounds) => Promise<PreActivationBounds>
}

/** Which neurons to tighten, by the node that feeds the activation; absent: every unstable one. */
export type NeuronChoice = ReadonlyMap<string, readonly number[]>

export interface TightenResult {
  /** The given bounds intersected with what was found. */
  readonly bounds: PreActivationBounds
  /** Neurons that were unstable and are stable now. */
  readonly fixed: number
  /** Neurons for which at least one bound was solved. */
  readonly visited: number
}

/**
 * Tightens bounds of chosen neurons of a fused network. The first layer is left alone: its interval bounds are exact.
 * Stops at the time limit or when aborted and returns what it has by then.
 * @throws NotEncodable, EspalierError 'verify/solver'.
 */
export async function tightenBounds(
  problem: { readonly network: Network; readonly box: Box; readonly bounds: PreActivationBounds },
  pool: SolverPool,
  options: TightenOptions,
  signal: AbortSignal,
  choice?: NeuronChoice,
): Promise<TightenResult> {
  const deadline = performance.now() + options.seconds * 1000
  const { network, box } = problem
  let bounds = problem.bounds
  let fixed = 0
  let visited = 0
  for (const [place, { node, preActivationNode: source }] of activationNodes(network).entries()) {
    const known = bounds.get(source)
    const seconds = (deadline - performance.now()) / 1000
    if (place === 0 || !known) continue
    if (seconds <= 0 || signal.aborted) break
    const neurons = (choice ? (choice.get(source) ?? []) : allNeurons(known)).filter(
      (i) => isUnstable(known, i) && !isGrafted(node.layer, i),
    )
    if (neurons.length === 0) continue
    const task = { network, box, bounds, source, neurons }
    const layer = await tightenLayer(task, pool, { ...options, seconds }, signal)
    fixed += neurons.filter((i) => !isUnstable(layer.bounds, i)).length
    visited += layer.visited
    const tighter = new Map(bounds).set(source, layer.bounds)
    bounds = options.propagate ? await options.propagate(tighter) : intervalBounds(network, box, tighter).preActivations
  }
  return { bounds, fixed, visited }
}

interface LayerTask {
  readonly network: Network
  readonly box: Box
  readonly bounds: PreActivationBounds
  readonly source: string
  readonly neurons: readonly number[]
}

/** One layer: by LP or MILP, or by one after the other. */
async function tightenLayer(
  task: LayerTask,
  pool: SolverPool,
  options: TightenOptions,
  signal: AbortSignal,
): Promise<{ bounds: Interval; visited: number }> {
  if (options.progressive !== true || !options.integer) return sweepLayer(task, pool, options, signal)
  const started = performance.now()
  const relaxed = await sweepLayer(task, pool, { ...options, integer: false }, signal)
  const undecided = task.neurons.filter((i) => isUnstable(relaxed.bounds, i))
  const seconds = options.seconds - (performance.now() - started) / 1000
  if (undecided.length === 0 || seconds <= 0 || signal.aborted) return relaxed
  const bounds = new Map(task.bounds).set(task.source, relaxed.bounds)
  const exact = await sweepLayer({ ...task, bounds, neurons: undecided }, pool, { ...options, seconds }, signal)
  return { bounds: exact.bounds, visited: relaxed.visited }
}

/** The neurons of a layer, widest first, dealt out to the workers of the pool. */
async function sweepLayer(
  task: LayerTask,
  pool: SolverPool,
  { seconds, secondsEach, integer, progressive }: TightenOptions,
  signal: AbortSignal,
): Promise<{ bounds: Interval; visited: number }> {
  const known = task.bounds.get(task.source) as Interval
  const bounds = { lower: known.lower.slice(), upper: known.upper.slice() }
  const sorted = task.neurons.toSorted((a, b) => width(known, b) - width(known, a))
  const lanes = Array.from({ length: pool.size }, (_, lane) => sorted.filter((_n, i) => i % pool.size === lane))
  let visited = 0
  const sweepLane = async (neurons: readonly number[]): Promise<void> => {
    if (neurons.length === 0) return
    const encoding = new Encoding(task.network, task.box, task.bounds, integer ? 'binary' : 'triangle')
    const wanted = neurons.map((neuron) => encoding.preActivation(task.source, neuron))
    const targets = wanted.map((objective): SweepTarget => ({ objective, wantLower: true, wantUpper: true }))
    const model = encoding.builder.build({ indices: [], values: [], constant: 0 })
    const settings = { seconds, secondsEach, integer, signOnly: progressive === true }
    await pool.sweep(model, targets, settings, signal, ({ target, lower, upper }) => {
      const neuron = neurons[target]
      const rounding = roundingOf(wanted[target])
      visited++
      if (lower !== null) bounds.lower[neuron] = Math.max(lower - rounding, bounds.lower[neuron])
      if (upper !== null) bounds.upper[neuron] = Math.min(upper + rounding, bounds.upper[neuron])
    })
  }
  await Promise.all(lanes.map(sweepLane))
  return { bounds, visited }
}

function isUnstable({ lower, upper }: Interval, neuron: number): boolean {
  return lower[neuron] < 0 && upper[neuron] > 0
}

function isGrafted(layer: Layer, neuron: number): boolean {
  return layer.kind === 'graftedRelu' && layer.mask.data[neuron] === 1
}

function width({ lower, upper }: Interval, neuron: number): number {
  return upper[neuron] - lower[neuron]
}

function allNeurons({ lower }: Interval): number[] {
  return Array.from(lower, (_, i) => i)
}
