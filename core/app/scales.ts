// What the history knows of the scales of batch norm in a run's training.
import { scaleBins, type ScaleFigures } from '../contract/figures.ts'
import type { MetricPoint } from '../contract/rows.ts'
import type { Store } from '../store/store.ts'

const stages = ['train', 'fine-tune'] as const

type Counts = number[]
const emptyCounts = (): Counts => Array.from({ length: scaleBins.count }, () => 0)

/** Histograms for each epoch, training before fine-tuning; none where the network has no batch norm. */
export async function scaleFigures(store: Store, runId: string): Promise<ScaleFigures> {
  const points = await store.metrics.under(runId, 'scales.')
  return stages.flatMap((stage) => {
    const epochs = layersByEpoch(points, `scales.${stage}.`)
    return [...epochs].sort(([a], [b]) => a - b).map(([epoch, layers]) => ({ stage, epoch, ...together(layers) }))
  })
}

/** Series are `layer.bin` behind `start`; those of earlier versions, which summed over the layers, are `bin` alone. */
function layersByEpoch(points: readonly MetricPoint[], start: string): Map<number, Map<string, Counts>> {
  const epochs = new Map<number, Map<string, Counts>>()
  for (const { series, step, value } of points) {
    if (!series.startsWith(start)) continue
    const [bin, layer = ''] = series.slice(start.length).split('.').reverse()
    const layers = epochs.get(step) ?? new Map<string, Counts>()
    const counts = layers.get(layer) ?? emptyCounts()
    counts[Number(bin)] = value
    epochs.set(step, layers.set(layer, counts))
  }
  return epochs
}

function together(layers: ReadonlyMap<string, Counts>): Pick<ScaleFigures[number], 'counts' | 'layers'> {
  const counts = emptyCounts()
  for (const own of layers.values()) own.forEach((count, bin) => (counts[bin] += count))
  const named = [...layers].flatMap(([id, own]) => (id === '' ? [] : [{ id, counts: own }]))
  return { counts, layers: named.sort((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true })) }
}
