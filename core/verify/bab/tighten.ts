// Bounds of neurons by branch and bound of their own, a little for each: far tighter than α-CROWN's, which cuts the main tree.
import type { Bounder } from '../../bounds/bounder.ts'
import type { Box, Interval, PreActivationBounds } from '../../bounds/box.ts'
import { DomainBounder } from '../../bounds/domain-bounder.ts'
import type { FirstLayer } from '../../bounds/first-layer.ts'
import { isExactByIntervals, type Activation } from '../../bounds/graph.ts'
import { relaxationOf } from '../../bounds/relaxation/index.ts'
import { neuronStart, paddedRows, startOf } from '../../bounds/start.ts'
import type { RowBounds } from '../../bounds/row-bounder.ts'
import type { Engine } from '../../engine/engine.ts'
import { DomainEnvelope } from './domain-envelope.ts'
import { bytesPerDomain } from './pool.ts'
import type { SearchRecorder } from './recorder.ts'
import { openNeurons } from './root.ts'
import { BabSearch } from './search.ts'
import type { BabSettings } from './settings.ts'
import { fittingSizes } from './sizes.ts'

export interface NeuronTask {
  readonly engine: Engine
  readonly bounder: Bounder
  readonly box: Box
  /** Bounds of all pre-activations. */
  readonly bounds: PreActivationBounds
  /** The first layers on the box, whose envelopes raise bounds; null: chords alone. */
  readonly first: FirstLayer | null
  readonly settings: BabSettings
  /** Domains for every bound of a neuron. */
  readonly domainsEach: number
  /** Most neurons of a layer: the widest triangles are taken. */
  readonly neurons: number
  /** Time for everything, in milliseconds on the clock of `performance.now`. */
  readonly deadline: number
  readonly signal: AbortSignal
  /** Writes the proof of every tighter bound down. */
  readonly recorder?: SearchRecorder
  /** Most memory for open domains. */
  readonly memoryBytes: number
  /** As of the search. */
  readonly callBytes?: number
  readonly full?: () => boolean
}

/** The given bounds intersected with what was found, layer by layer; each layer profits from those before it. */
export async function tightenNeurons(task: NeuronTask): Promise<{ bounds: PreActivationBounds; domains: number }> {
  const { bounder, box, settings, signal, recorder } = task
  const { network } = bounder
  let bounds = task.bounds
  let domains = 0
  for (const activation of bounder.activations) {
    const { source } = activation
    const known = bounds.get(source)
    if (!known || isExactByIntervals(network, source) || hasNothingToSplit(bounder, source)) continue
    const neurons = widest(activation, known, Math.min(task.neurons, neuronsInMemory({ ...task, bounds }, source)))
    const sample = neurons.filter((_, k) => k % Math.ceil(neurons.length / SAMPLE) === 0)
    let worth = false
    for (const part of [sample, neurons.filter((neuron) => !sample.includes(neuron))]) {
      if (part.length === 0 || isOver(task)) break
      const found = await tightenLayer({ ...task, bounds }, source, part)
      domains += found.domains
      bounds = new Map(bounds).set(source, found.interval)
      worth ||= part === sample && sum(part, gapsOf(found.interval)) < MOST_LEFT * sum(part, gapsOf(known))
      if (!worth) break
    }
    // Later layers gain from this one before their own turn comes.
    if (worth)
      bounds = await bounder.preActivations(box, {
        ascent: { ...settings.rootNeurons, seconds: secondsLeft(task) },
        known: bounds,
        envelopes: task.first !== null,
        signal,
        onBounded: recorder?.bounded,
      })
  }
  return { bounds, domains }
}

/** Whether a node is affine in the input, on whatever way: a first layer behind a gather, or two in a row. */
function hasNothingToSplit({ network, rows }: Bounder, source: string): boolean {
  return rows.cone(startOf(network, source)).neurons === 0
}

/** How many neurons of a node leave room for the open domains of both their bounds: half of those bounded, at most. */
function neuronsInMemory({ bounder, bounds, domainsEach, memoryBytes, settings }: NeuronTask, source: string): number {
  const { index } = openNeurons(bounder.rows.cone(startOf(bounder.network, source)), bounds)
  const { candidates } = settings
  const each = (2 + domainsEach) * bytesPerDomain({ neurons: index.length, candidates, mixed: 0 })
  return Math.floor(memoryBytes / each)
}

/** Neurons of a layer that are tried first. */
const SAMPLE = 8
/** Share of their triangles that must not be left for the others to be worth trying: convolutions leave 95 %, dense layers less than 86 %. */
const MOST_LEFT = 0.92

/** Height −l·u/(u − l) of each neuron's triangle, 0 where it is stable. */
function gapsOf({ lower, upper }: Interval): (i: number) => number {
  return (i) => (lower[i] < 0 && upper[i] > 0 ? (-lower[i] * upper[i]) / (upper[i] - lower[i]) : 0)
}

function sum(neurons: readonly number[], value: (i: number) => number): number {
  return neurons.reduce((total, i) => total + value(i), 0)
}

/** Loose, splittable neurons with the largest triangles. */
function widest({ layer, neurons }: Activation, { lower, upper }: Interval, most: number): number[] {
  const relaxation = relaxationOf(layer)
  const gap = gapsOf({ lower, upper })
  return Array.from({ length: neurons }, (_, i) => i)
    .filter((i) => relaxation.splits && relaxation.isLoose(layer, i, lower[i], upper[i]))
    .sort((a, b) => gap(b) - gap(a))
    .slice(0, most)
}

/** Numbers of rows that programs are compiled for: a few programs serve all layers' samples and all rounds. */
const ROWS = [16, 64, 256, 512]

async function tightenLayer(
  task: NeuronTask,
  source: string,
  neurons: readonly number[],
): Promise<{ interval: Interval; domains: number }> {
  const { engine, bounder, box, bounds, settings } = task
  const both = [...neurons, ...neurons]
  const signs = both.map((_, k) => (k < neurons.length ? 1 : -1))
  const start = neuronStart(bounder.network, source, both, signs)
  const ascent = { ...settings.rootNeurons, seconds: secondsLeft(task) }
  const root = await bounder.rows.bound(start, { box, bounds, signal: task.signal }, ascent)
  const padded = paddedRows(start, ROWS.find((rows) => rows >= both.length) ?? both.length)
  const sizes = fittingSizes(bounder.rows.cone(start.start), settings.sizes, engine.provider, task.callBytes)
  const domains = new DomainBounder(engine, bounder.network, padded, box, sizes, bounds, true)
  const open = openNeurons(domains.cone, bounds)
  const trees = task.recorder?.neurons(domains.cone, open, { source, neurons: both, signs })
  const search = new BabSearch({
    bounder: domains,
    confirmer: null,
    open,
    envelope: task.first && DomainEnvelope.of(task.first, domains.cone),
    rows: padded.rows,
    mixed: false,
    separate: true,
    settings: { ...settings, candidates: 2 },
    looksFalse: () => false,
    tryPoint: () => false,
    settle: () => Promise.resolve(-Infinity),
    recorder: trees,
  })
  const begun = await addRoots(search, task, root, both.length)
  await spend(search, task, begun)
  const boundOf = (row: number): number => (row < begun ? search.lowerBoundOf(row) : -Infinity)
  const known = bounds.get(source) as Interval
  const interval = { lower: known.lower.slice(), upper: known.upper.slice() }
  const used: number[] = []
  neurons.forEach((neuron, k) => {
    const low = boundOf(k)
    const high = -boundOf(k + neurons.length)
    if (!(low <= high)) return
    if (low > interval.lower[neuron]) used.push(k)
    if (high < interval.upper[neuron]) used.push(k + neurons.length)
    interval.lower[neuron] = Math.max(low, interval.lower[neuron])
    interval.upper[neuron] = Math.min(high, interval.upper[neuron])
  })
  search.recordOpen()
  trees?.keep(used)
  return { interval, domains: search.statistics.domains }
}

/** Begins the trees of the rows, as many as there is time for: how many. */
async function addRoots(
  search: BabSearch,
  task: NeuronTask,
  { alpha, lower }: RowBounds,
  rows: number,
): Promise<number> {
  const width = search.cone.neurons
  let begun = 0
  while (begun < rows && !isOver(task)) {
    const count = Math.min(search.capacity, rows - begun)
    const part = Array.from({ length: count }, (_, k) => begun + k)
    const alphaOf = (row: number): Float32Array => alpha.subarray(row * width, (row + 1) * width)
    await search.addRoots(part.map((row) => ({ row, alpha: alphaOf(row), bound: lower[row] })))
    begun += count
  }
  return begun
}

function isOver({ signal, deadline, full }: NeuronTask): boolean {
  return signal.aborted || performance.now() >= deadline || full?.() === true
}

function secondsLeft({ deadline }: NeuronTask): number {
  return (deadline - performance.now()) / 1000
}

/** Rounds over the rows in turn until each has had its share of domains or nothing is open. */
async function spend(search: BabSearch, task: NeuronTask, rows: number): Promise<void> {
  const turns = Math.ceil(task.domainsEach / 2)
  const taken = new Uint32Array(rows)
  for (;;) {
    if (isOver(task)) return
    const round: number[] = []
    const inRound = new Uint32Array(rows)
    for (let more = true; more && round.length < search.capacity;) {
      more = false
      for (let row = 0; row < rows && round.length < search.capacity; row++) {
        if (taken[row] >= turns || inRound[row] >= search.pools[row].size) continue
        // Not more than half of the open domains of a row at once: the order among the rest would go to waste.
        if (inRound[row] > 0 && 2 * inRound[row] >= search.pools[row].size) continue
        round.push(row)
        inRound[row]++
        taken[row]++
        more = true
      }
    }
    if (round.length === 0) return
    await search.stepRows(round)
  }
}
