// The list of models: what each belongs to, and how accurate it is where that was measured of it and not of a later one.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { pageOfModels } from '../../core/app/model-page.ts'
import { openStore } from '../../core/store/open.ts'
import type { Store } from '../../core/store/store.ts'
import { temporaryHome } from '../store/homes.ts'
import { datasetRow, jobRow, modelRow, runRow, runSummary } from '../store/rows.ts'

let store: Store
beforeAll(async () => {
  store = await openStore(await temporaryHome())
  const artifact = await store.artifacts.put(Uint8Array.from([1]), 'application/x-test')
  await store.datasets.record(datasetRow())
  await store.jobs.insert(jobRow({ title: 'The demo' }))
  await store.runs.insert(runRow())
  const made = { runId: 'run-1', datasetId: 'data-1' }
  await store.models.insert(
    modelRow(artifact, { id: 'first', ...made, createdAt: '2026-11-22T10:00:01.000Z' }),
    modelRow(artifact, { id: 'last', ...made, parentId: 'first', createdAt: '2026-11-22T10:00:02.000Z' }),
    modelRow(artifact, { id: 'file', createdAt: '2026-11-22T10:00:03.000Z' }),
  )
  await store.runs.update('run-1', { modelId: 'last', summary: runSummary({ accuracy: 0.75 }) })
})
afterAll(() => store.close())

it('names job, data and accuracy of every model', async () => {
  const { total, rows } = await pageOfModels(store, { limit: 10, offset: 0, finished: false })
  const job = { id: 'job-1', title: 'The demo' }
  const data = datasetRow().name
  expect(total).toBe(3)
  expect(rows.map(({ model, ...others }) => ({ id: model.id, ...others }))).toEqual([
    { id: 'file', job: null, data: null, accuracy: null },
    { id: 'last', job, data, accuracy: 0.75 },
    { id: 'first', job, data, accuracy: null },
  ])
})

it('leaves the steps between out where only finished ones are wanted', async () => {
  const { total, rows } = await pageOfModels(store, { limit: 1, offset: 1, finished: true })
  expect([total, rows.map(({ model }) => model.id)]).toEqual([2, ['last']])
})

it('is searched by what a job is called too, and puts those first that take the images', async () => {
  const found = async (text: string, imageShape?: number[]) =>
    (await pageOfModels(store, { limit: 10, offset: 0, finished: true, text, imageShape })).rows.map(
      ({ model }) => model.id,
    )
  expect(await found('DEMO')).toEqual(['last'])
  expect(await found('demo nothing')).toEqual([])
  const shape = modelRow('a'.repeat(64)).inputShape
  expect(await found('', shape)).toEqual(['file', 'last'])
})
