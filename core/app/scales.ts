// What the history knows of the scales of batch norm in a run's training.
import { scaleBins, type ScaleFigures } from '../contract/figures.ts'
import type { Store } from '../store/store.ts'

const stages = ['train', 'fine-tune'] as const

/** A histogram for each epoch, training before fine-tuning; none where the network has no batch norm. */
export async function scaleFigures(store: Store, runId: string): Promise<ScaleFigures> {
  const points = await store.metrics.under(runId, 'scales.')
  return stages.flatMap((stage) => {
    const epochs = new Map<number, number[]>()
    const start = `scales.${stage}.`
    for (const { series, step, value } of points) {
      if (!series.startsWith(start)) continue
      const counts = epochs.get(step) ?? Array.from({ length: scaleBins.count }, () => 0)
      counts[Number(series.slice(start.length))] = value
      epochs.set(step, counts)
    }
    return [...epochs].sort(([a], [b]) => a - b).map(([epoch, counts]) => ({ stage, epoch, counts }))
  })
}
