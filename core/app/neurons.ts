// What the history knows of a run's neurons.
import type { NeuronFigures } from '../contract/figures.ts'
import type { MetricPoint } from '../contract/rows.ts'
import type { Store } from '../store/store.ts'

const tenths = 10
type Layer = NeuronFigures['layers'][number]

/** Figures from the metrics that verification and grafting wrote; empty where they wrote none. */
export async function neuronFigures(store: Store, runId: string): Promise<NeuronFigures> {
  const [verified, grafted] = await Promise.all([
    store.metrics.under(runId, 'neurons.'),
    store.metrics.under(runId, 'graft.'),
  ])
  const images = verified.find(({ series }) => series === 'neurons.images')?.value ?? 0
  const ids = [...new Set(verified.flatMap(({ series }) => /^neurons\.(.+)\.active$/.exec(series)?.[1] ?? []))]
  return {
    images,
    layers: ids.map((id) => layerOf(id, images, verified)),
    before: histogramsOf(grafted),
    ranks: ranksOf(grafted),
  }
}

function layerOf(id: string, images: number, points: readonly MetricPoint[]): Layer {
  const mean = (name: string): number =>
    (points.find(({ series }) => series === `neurons.${id}.${name}`)?.value ?? 0) / images
  const counts = points.filter(({ series }) => series === `neurons.${id}.count`)
  const histogram = Array.from({ length: tenths + 1 }, () => 0)
  for (const { value } of counts) histogram[Math.ceil((value * tenths) / images)] += 1
  return {
    id,
    neurons: counts.length,
    active: mean('active'),
    inactive: mean('inactive'),
    unstable: mean('unstable'),
    line: mean('line'),
    zero: mean('zero'),
    lowerBound: mean('lower'),
    histogram,
  }
}

function histogramsOf(points: readonly MetricPoint[]): NeuronFigures['before'] {
  const found = new Map<string, number[]>()
  for (const { series, step, value } of points) {
    const id = /^graft\.unstable\.(.+)$/.exec(series)?.[1]
    if (id === undefined) continue
    const histogram = found.get(id) ?? Array.from({ length: tenths + 1 }, () => 0)
    histogram[step] = value
    found.set(id, histogram)
  }
  return [...found].map(([id, histogram]) => ({ id, histogram }))
}

function ranksOf(points: readonly MetricPoint[]): NeuronFigures['ranks'] {
  const table = Array.from({ length: tenths }, () => Array.from({ length: tenths }, () => 0))
  let known = false
  for (const { series, step, value } of points) {
    const tenth = /^graft\.ranks\.(\d)$/.exec(series)?.[1]
    if (tenth === undefined) continue
    table[Number(tenth)][step] = value
    known = true
  }
  return known ? table : null
}
