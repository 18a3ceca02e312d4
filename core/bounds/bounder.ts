// Bounds of a network on a box: interval, CROWN and α-CROWN, layer by layer, the tighter of all kept (spec C.2, C.4).
import type { Engine } from '../engine/engine.ts'
import { shapeOf, type Network, type Shape } from '../nn/index.ts'
import type { Box, Interval, OutputRows, PreActivationBounds } from './box.ts'
import { FirstLayers, type FirstLayer } from './first-layer.ts'
import { intersect, IntervalWalk } from './interval.ts'
import { intervalRows } from './interval-rows.ts'
import { coneOf, isExactByIntervals, type Activation, type Cone } from './graph.ts'
import { relaxationOf } from './relaxation/index.ts'
import { plainCrown, type AscentSettings } from './row-ascent.ts'
import { RowBounder, type RowBounds, type RowContext } from './row-bounder.ts'
import { exactOutputStart, outputStart, startOf } from './start.ts'

export interface BounderOptions {
  /** Memory for the tensors of one call; rows are chunked to it. Default 512 MiB. */
  readonly memoryBytes?: number
}

export interface PreActivationOptions {
  /** α optimisation of every intermediate bound on its own, its `seconds` shared by the layers; default plain CROWN. */
  readonly ascent?: AscentSettings
  /** Valid bounds known already (from LP, MILP or an earlier pass); the tighter is kept. */
  readonly known?: PreActivationBounds
  /** Raises the bounds of neurons by the envelopes of first-layer ReLUs. */
  readonly envelopes?: boolean
  /** Stops between layers and chunks; what is done so far is valid and returned. */
  readonly signal?: AbortSignal
  /** Told the α of every row ±z that was bounded, for proofs; `alpha` [rows, neurons of the cone] is the caller's no longer than the call. */
  readonly onBounded?: RowListener
}

/** Row k is `signs[k]`·(neuron `neurons[k]` of `source`). */
export type RowListener = (
  cone: Cone,
  rows: { readonly source: string; readonly neurons: readonly number[]; readonly signs: readonly number[] },
  alpha: Float32Array,
) => void

/** Bounds of output rows: the tighter of interval and CROWN, [rows]; `crown` has the details of the backward pass. */
export interface OutputBounds {
  readonly lower: Float64Array
  readonly crown: RowBounds
}

/** Computes bounds of one fused network on one engine. */
export interface Bounder {
  readonly network: Network
  readonly rows: RowBounder
  /** Activations that the output depends on, in topological order. */
  readonly activations: readonly Activation[]
  /** Bounds of every pre-activation: intervals everywhere, CROWN or α-CROWN rows for neurons that intervals leave loose. */
  preActivations(box: Box, options?: PreActivationOptions): Promise<PreActivationBounds>
  /** Lower bounds of output rows, α optimised as `ascent` says; raised by the envelopes of `first`, if given. */
  outputs(
    box: Box,
    rows: OutputRows,
    bounds: PreActivationBounds,
    ascent?: AscentSettings,
    first?: FirstLayer,
  ): Promise<OutputBounds>
  /** The first layers on a box whose pre-activations have these bounds; kept with the box once all are known. */
  firstLayer(box: Box, bounds: PreActivationBounds): FirstLayer
}

/** @throws EspalierError 'model/unsupported' where batch norm is left in the network. */
export function createBounder(engine: Engine, network: Network, options: BounderOptions = {}): Bounder {
  const whole = coneOf(network, network.output)
  const rows = new RowBounder(engine, network, options.memoryBytes)
  const firsts = new FirstLayers(network, whole.activations)
  return {
    network,
    rows,
    activations: whole.activations,
    firstLayer: (box, bounds) => firsts.on(box, bounds),
    preActivations: (box, settings = {}) => preActivations(rows, whole.activations, firsts, box, settings),
    outputs: async (box, outputRows, bounds, ascent = plainCrown, first) => {
      const exact = exactOutputStart(network, outputRows)
      const crown = await rows.bound(outputStart(network, outputRows), { box, bounds, first }, ascent, true, exact)
      const interval = intervalRows(network, box, outputRows, bounds).lower
      return { lower: crown.lower.map((value, i) => larger(value, interval[i])), crown }
    },
  }
}

async function preActivations(
  rows: RowBounder,
  activations: readonly Activation[],
  firsts: FirstLayers,
  box: Box,
  { ascent = plainCrown, known, envelopes = false, signal, onBounded }: PreActivationOptions,
): Promise<PreActivationBounds> {
  const walk = new IntervalWalk(rows.network, box)
  const bounds = new Map<string, Interval>()
  const deadline = performance.now() + (ascent.seconds ?? Infinity) * 1000
  for (const [k, activation] of activations.entries()) {
    const { source } = activation
    if (bounds.has(source)) continue
    const seconds = (deadline - performance.now()) / 1000 / (activations.length - k)
    const given = known?.get(source)
    if (given) walk.tighten(source, given)
    if (signal?.aborted !== true && !isExactByIntervals(rows.network, source)) {
      const loose = looseNeurons(activation, walk.at(source))
      const context = { box, bounds, signal, first: envelopes ? firsts.on(box, bounds) : null }
      const settings = { ...ascent, seconds }
      if (loose.length > 0)
        walk.tighten(source, await tightened(rows, source, loose, walk.at(source), context, settings, onBounded))
    }
    bounds.set(source, walk.at(source))
  }
  return bounds
}

/** Neurons whose tighter bounds would matter. */
function looseNeurons({ layer, neurons }: Activation, { lower, upper }: Interval): number[] {
  const relaxation = relaxationOf(layer)
  const loose: number[] = []
  for (let i = 0; i < neurons; i++) if (relaxation.isLoose(layer, i, lower[i], upper[i])) loose.push(i)
  return loose
}

/** `interval` with the given neurons bounded by rows ±z. A NaN or a crossing pair leaves the interval as it was. */
async function tightened(
  rows: RowBounder,
  source: string,
  neurons: readonly number[],
  interval: Interval,
  context: RowContext,
  ascent: AscentSettings,
  onBounded: RowListener | undefined,
): Promise<Interval> {
  const ordered = byPlace(shapeOf(rows.network, source), neurons)
  const both = ordered.flatMap((neuron) => [neuron, neuron])
  const signs = both.map((_, i) => (i % 2 === 0 ? 1 : -1))
  const onAlpha =
    onBounded &&
    ((from: number, alpha: Float32Array): void => {
      const cone = rows.cone(startOf(rows.network, source))
      const end = from + alpha.length / Math.max(1, cone.neurons)
      onBounded(cone, { source, neurons: both.slice(from, end), signs: signs.slice(from, end) }, alpha)
    })
  const lower = await rows.boundNeurons(source, both, signs, context, ascent, onAlpha)
  const result = { lower: interval.lower.slice(), upper: interval.upper.slice() }
  ordered.forEach((neuron, i) => {
    const low = lower[2 * i]
    const high = -lower[2 * i + 1]
    if (!(low <= high)) return
    result.lower[neuron] = larger(low, result.lower[neuron])
    result.upper[neuron] = -larger(-high, -result.upper[neuron])
  })
  return intersect(result, interval)
}

/** Neurons of a map [channels, height, width] place by place: those of one place depend on the same window. */
function byPlace(shape: Shape, neurons: readonly number[]): readonly number[] {
  if (shape.length !== 3) return neurons
  const plane = shape[1] * shape[2]
  return [...neurons].sort((a, b) => (a % plane) - (b % plane))
}

/** The larger of two lower bounds; NaN counts as no bound. */
function larger(a: number, b: number): number {
  return a > b || Number.isNaN(b) ? a : b
}
