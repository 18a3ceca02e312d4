// The histograms of batch norm's scales: by layer and summed, also of runs that kept only the sum.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { scaleFigures } from '../../core/app/scales.ts'
import { scaleBins } from '../../core/contract/figures.ts'
import { openStore } from '../../core/store/open.ts'
import type { Store } from '../../core/store/store.ts'
import { temporaryHome } from '../store/homes.ts'
import { jobRow, runRow } from '../store/rows.ts'

let store: Store
beforeEach(async () => {
  store = await openStore(await temporaryHome())
  await store.jobs.insert(jobRow())
  await store.runs.insert(runRow())
})
afterEach(() => store.close())

const point = (series: string, step: number, value: number) => ({ runId: 'run-1', series, step, value })
const counts = (filled: Readonly<Record<number, number>>) =>
  Array.from({ length: scaleBins.count }, (_, bin) => filled[bin] ?? 0)

it('are counted by layer and over all of them, epochs and layers in their order', async () => {
  await store.metrics.append([
    point('scales.train.bn10.3', 1, 5),
    point('scales.train.bn2.3', 1, 7),
    point('scales.train.bn2.30', 1, 1),
    point('scales.train.bn2.20', 0, 8),
  ])
  const [before, after] = await scaleFigures(store, 'run-1')
  expect(before).toEqual({ stage: 'train', epoch: 0, counts: counts({ 20: 8 }), layers: [{ id: 'bn2', counts: counts({ 20: 8 }) }] }) // prettier-ignore
  expect(after.counts).toEqual(counts({ 3: 12, 30: 1 }))
  expect(after.layers).toEqual([
    { id: 'bn2', counts: counts({ 3: 7, 30: 1 }) },
    { id: 'bn10', counts: counts({ 3: 5 }) },
  ])
})

it('of a run that kept only the sum have no layers', async () => {
  await store.metrics.append([point('scales.fine-tune.4', 2, 9)])
  expect(await scaleFigures(store, 'run-1')).toEqual([
    { stage: 'fine-tune', epoch: 2, counts: counts({ 4: 9 }), layers: [] },
  ])
})

it('are counted anew behind a checkpoint: nothing of the attempt that was cut off stays', async () => {
  await store.metrics.append([1, 2, 3].map((step) => point(`scales.train.bn1.${step}`, step, 4)))
  await store.metrics.append([point('train.loss', 3, 0.5)])
  await store.metrics.removeAfter('run-1', 'scales.train.', 1)
  expect((await scaleFigures(store, 'run-1')).map(({ epoch }) => epoch)).toEqual([1])
  expect(await store.metrics.curves('run-1')).toHaveLength(1)
})
