// The repositories on a real SQLite file: rows come back as they went in, keys and references hold.
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { RunSummary } from '../../core/contract/rows.ts'
import type { ErrorData } from '../../core/contract/errors.ts'
import { openStore } from '../../core/store/open.ts'
import type { Store } from '../../core/store/store.ts'
import { expectCoded } from './fail.ts'
import { temporaryHome } from './homes.ts'
import { datasetRow, jobRow, modelRow, runRow, runSummary, verdictRow } from './rows.ts'

let store: Store

beforeEach(async () => {
  store = await openStore(await temporaryHome())
})
afterEach(() => store.close())

async function withRun(): Promise<void> {
  await store.jobs.insert(jobRow())
  await store.runs.insert(runRow())
}

test('datasets: the same content from the same source is one row', async () => {
  expect(await store.datasets.record(datasetRow())).toEqual(datasetRow())
  expect(await store.datasets.record(datasetRow({ id: 'data-2' }))).toEqual(datasetRow())
  const elsewhere = datasetRow({ id: 'data-3', source: '{"source":"idx"}', createdAt: '2026-11-23T00:00:00.000Z' })
  await store.datasets.record(elsewhere)
  expect(await store.datasets.list()).toEqual([elsewhere, datasetRow()])
  expect(await store.datasets.get('data-1')).toEqual(datasetRow())
  expect(await store.datasets.get('nothing')).toBeNull()
})

test('models: lineage leads from the model to its first ancestor', async () => {
  const artifact = await store.artifacts.put(Uint8Array.from([1, 2, 3]), 'application/x-test')
  await withRun()
  const rows = ['model-1', 'model-2', 'model-3'].map((id, index, ids) =>
    modelRow(artifact, { id, parentId: ids[index - 1] ?? null, runId: 'run-1', operation: `step ${index}` }),
  )
  for (const row of rows) await store.models.insert(row)
  expect(await store.models.lineage('model-3')).toEqual([...rows].reverse())
  expect(await store.models.lineage('nothing')).toEqual([])
  expect(await store.models.children('model-1')).toEqual([rows[1]])
  expect(await store.models.ofRun('run-1')).toEqual(rows)
  expect((await store.models.list({ limit: 2, offset: 1 })).map((row) => row.id)).toEqual(['model-2', 'model-3'])
})

test('models: found by every word of name, architecture and origin, as recorded and as read; those that take the images first', async () => {
  const artifact = await store.artifacts.put(Uint8Array.from([1, 2, 3]), 'application/x-test')
  const rows = [
    modelRow(artifact, { id: 'a', name: 'colours', inputShape: [3, 32, 32], operation: 'import', architecture: 'imported', createdAt: '2026-11-22T10:00:03.000Z' }),
    modelRow(artifact, { id: 'b', name: 'flat 50 %', inputShape: [784], operation: 'neuron-prune', architecture: 'net1', createdAt: '2026-11-22T10:00:02.000Z' }),
    modelRow(artifact, { id: 'c', name: 'base_line', inputShape: [1, 28, 28], operation: 'train', architecture: 'cnnB', createdAt: '2026-11-22T10:00:01.000Z' }),
  ] // prettier-ignore
  await store.models.insert(...rows)
  const found = async (text: string, imageShape?: number[]) =>
    (await store.models.list({}, { text, imageShape })).map(({ id }) => id)
  expect(await found('')).toEqual(['a', 'b', 'c'])
  expect(await found('', [1, 28, 28])).toEqual(['b', 'c', 'a'])
  expect(await found('', [28, 28, 1])).toEqual(['b', 'a', 'c'])
  expect(await found('NET1 pruning')).toEqual(['b'])
  expect(await found('neuron-prune')).toEqual(['b'])
  expect(await found('Onnx')).toEqual(['a'])
  expect(await found('CNN-B training')).toEqual(['c'])
  // Nothing in a word is a pattern.
  expect(await found('%')).toEqual(['b'])
  expect(await found('base_l')).toEqual(['c'])
  expect(await found('basexl')).toEqual([])
  expect(await store.models.count({ text: 'train' })).toBe(1)
  expect(await store.models.count()).toBe(3)
})

test('models: what a run came to, and what was imported, without the steps between', async () => {
  const artifact = await store.artifacts.put(Uint8Array.from([1, 2, 3]), 'application/x-test')
  await withRun()
  await store.models.insert(
    modelRow(artifact, { id: 'first', runId: 'run-1', createdAt: '2026-11-22T10:00:01.000Z' }),
    modelRow(artifact, { id: 'last', runId: 'run-1', parentId: 'first', createdAt: '2026-11-22T10:00:02.000Z' }),
    modelRow(artifact, { id: 'taken in', runId: null, createdAt: '2026-11-22T10:00:03.000Z' }),
  )
  await store.runs.update('run-1', { modelId: 'last' })
  expect((await store.models.list({}, { finished: true })).map(({ id }) => id)).toEqual(['taken in', 'last'])
  expect(await store.models.count({ finished: true })).toBe(2)
  expect(await store.models.count()).toBe(3)
  expect((await store.runs.ofIds(['run-1', 'nothing'])).map(({ id }) => id)).toEqual(['run-1'])
  expect(await store.runs.ofIds([])).toEqual([])
})

test('models: artifact and parent must exist', async () => {
  await expectCoded(store.models.insert(modelRow('b'.repeat(64))), 'store/missing')
  const artifact = await store.artifacts.put(Uint8Array.from([1]), 'application/x-test')
  await expectCoded(store.models.insert(modelRow(artifact, { parentId: 'nobody' })), 'store/missing')
})

test('jobs: state changes are compare-and-set and name the state found', async () => {
  await store.jobs.insert(jobRow())
  const running = await store.jobs.transition('job-1', ['queued'], 'running', {
    pid: 42,
    startedAt: '2026-11-22T11:00:00Z',
  })
  expect(running).toEqual(jobRow({ state: 'running', pid: 42, startedAt: '2026-11-22T11:00:00Z' }))
  await expectCoded(store.jobs.transition('job-1', ['queued'], 'running'), 'job/state', 'job-1 is running', 'queued')
  await expectCoded(store.jobs.transition('job-9', ['queued'], 'running'), 'job/unknown', 'job-9')
  const error = { code: 'job/crashed', message: 'gone', hint: 'resume' }
  expect(await store.jobs.update('job-1', { error, pid: null })).toMatchObject({ error, pid: null, state: 'running' })
  expect((await store.jobs.update('job-1', {})).error).toEqual(error)
  await expectCoded(store.jobs.update('job-9', {}), 'job/unknown')
})

test('jobs: of two that race for one queued job, one wins', async () => {
  await store.jobs.insert(jobRow())
  const tries = await Promise.allSettled(
    [1, 2, 3].map((pid) => store.jobs.transition('job-1', ['queued'], 'running', { pid })),
  )
  expect(tries.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected', 'rejected'])
})

test('jobs: the queue is oldest first, the list newest first, life signs are kept', async () => {
  const times = ['2026-11-22T10:00:02.000Z', '2026-11-22T10:00:01.000Z', '2026-11-22T10:00:03.000Z']
  for (const [index, createdAt] of times.entries()) await store.jobs.insert(jobRow({ id: `job-${index}`, createdAt }))
  expect((await store.jobs.inState('queued')).map((job) => job.id)).toEqual(['job-1', 'job-0', 'job-2'])
  expect((await store.jobs.list({ limit: 2 })).map((job) => job.id)).toEqual(['job-2', 'job-0'])
  await store.jobs.heartbeat('job-0', '2026-11-22T10:05:00Z', { epoch: 3 })
  await store.jobs.heartbeat('job-0', '2026-11-22T10:06:00Z')
  expect(await store.jobs.lifeSign('job-0')).toEqual({ heartbeatAt: '2026-11-22T10:06:00Z', progress: { epoch: 3 } })
})

test('jobs: what a vanished process left running becomes interrupted, nothing else changes', async () => {
  await store.jobs.insert(jobRow({ state: 'running', pid: 99 }))
  await store.jobs.insert(jobRow({ id: 'job-2', state: 'done' }))
  await store.runs.insert(runRow({ state: 'running' }), runRow({ id: 'run-2', position: 1, state: 'done' }))
  const at = '2026-11-22T12:00:00.000Z'
  const error = expect.objectContaining({ code: 'job/crashed' }) as ErrorData
  expect(await store.jobs.interruptOrphans(at)).toEqual([jobRow({ state: 'interrupted', error, finishedAt: at })])
  expect((await store.jobs.get('job-2'))?.state).toBe('done')
  expect((await store.runs.ofJob('job-1')).map((run) => run.state)).toEqual(['interrupted', 'done'])
  expect(await store.jobs.interruptOrphans(at)).toEqual([])
})

test('runs: summary and error come and go, a job takes its rows with it', async () => {
  await withRun()
  const summary = runSummary()
  const done = await store.runs.update('run-1', { state: 'done', summary })
  expect(done).toEqual(runRow({ state: 'done', summary }))
  // A summary as version 0.1.0 wrote it.
  const older: Partial<RunSummary> = { ...summary }
  delete older.robustnessEpsilon
  delete older.misclassified
  delete older.certified
  const read = await store.runs.update('run-1', { summary: older as RunSummary })
  expect(read.summary).toEqual({ ...summary, robustnessEpsilon: null, certified: null, misclassified: null })
  expect((await store.runs.update('run-1', { summary: null })).summary).toBeNull()
  await expectCoded(store.runs.update('run-9', {}), 'store/missing')
  await expectCoded(store.runs.insert(runRow({ id: 'run-5', jobId: 'nobody' })), 'store/missing')
  await store.verdicts.record(verdictRow())
  await store.metrics.append([{ runId: 'run-1', series: 'train.loss', step: 1, value: 0.5 }])
  await store.jobs.remove('job-1')
  expect(await store.runs.list()).toEqual([])
  expect([...(await store.verdicts.ofRun('run-1')), ...(await store.metrics.ofRun('run-1'))]).toEqual([])
})

test('runs: found by every word in the name or title of run or job, in either case, no word a pattern', async () => {
  await store.jobs.insert(jobRow(), jobRow({ id: 'job-2', name: 'sweep', title: '50 % off' }))
  await store.runs.insert(runRow(), runRow({ id: 'run-2', jobId: 'job-2', variant: 'weight_pruned', title: 'Pruned' }))
  const found = async (text: string) => (await store.runs.list({}, { text })).map(({ id }) => id)
  expect(await found('  ')).toHaveLength(2)
  expect(await found('SMALL base')).toEqual(['run-1'])
  expect(await found('sweep pruned')).toEqual(['run-2'])
  expect(await found('sweep baseline')).toEqual([])
  expect(await found('50 %')).toEqual(['run-2'])
  expect([await found('t_p'), await found('s_a')]).toEqual([['run-2'], []])
  expect(await store.runs.counts({ text: 'pruned' })).toEqual({ waiting: 1 })
  expect(await store.runs.list({ limit: 1, offset: 1 }, { text: 'e', state: 'waiting' })).toHaveLength(1)
})

test('metrics: no point is dropped, NaN and infinities are kept, a repeated step counts once', async () => {
  await withRun()
  const points = Array.from({ length: 5_001 }, (_, step) => ({
    runId: 'run-1',
    series: 'train.loss',
    step,
    value: 1 / step,
  }))
  await store.metrics.append(points)
  await store.metrics.append([{ runId: 'run-1', series: 'other', step: 0.5, value: NaN }])
  await store.metrics.append([{ runId: 'run-1', series: 'train.loss', step: 1, value: 9 }])
  const read = await store.metrics.ofRun('run-1', 'train.loss')
  expect(read).toEqual(points.with(1, { ...points[1], value: 9 }))
  expect(read[0].value).toBe(Infinity)
  expect(await store.metrics.ofRun('run-1')).toHaveLength(5_002)
  expect((await store.metrics.ofRun('run-1', 'other'))[0].value).toBeNaN()
  await store.metrics.append([])
  await expectCoded(store.metrics.append([{ runId: 'no', series: 'a', step: 0, value: 0 }]), 'store/missing')
})

test('verdicts: unique by run, verifier, image and target; the first one stays', async () => {
  await withRun()
  const rows = [
    verdictRow(),
    verdictRow({ target: 5 }),
    verdictRow({ verifier: 'milp' }),
    verdictRow({ imageIndex: 1 }),
  ]
  expect(await store.verdicts.record(...rows)).toBe(4)
  expect(await store.verdicts.record(verdictRow({ verdict: 'timeout', seconds: 60 }))).toBe(0)
  expect(await store.verdicts.get(verdictRow())).toEqual(verdictRow())
  expect(await store.verdicts.ofRun('run-1')).toEqual([rows[0], rows[1], rows[3], rows[2]])
  expect(await store.verdicts.keysOf('run-1')).toContainEqual({
    runId: 'run-1',
    verifier: 'auto',
    imageIndex: 0,
    target: 5,
  })
  await store.verdicts.remove(verdictRow())
  expect(await store.verdicts.get(verdictRow())).toBeNull()
  expect(await store.verdicts.get(verdictRow({ target: 5 }))).toEqual(rows[1])
  expect(await store.verdicts.record()).toBe(0)
})

test('verdicts: counterexample, error and odd numbers; counts per verdict', async () => {
  await withRun()
  const counterexample = await store.artifacts.put(new Uint8Array(8), 'application/octet-stream')
  const falsified = verdictRow({ verdict: 'falsified', evidence: 'replayed', counterexample, group: null })
  const error = { code: 'internal', message: 'm', hint: 'h' }
  const failed = verdictRow({
    imageIndex: 1,
    verdict: 'error',
    evidence: null,
    error,
    lowerBound: null,
    unstable: null,
  })
  const odd = verdictRow({ imageIndex: 2, lowerBound: -Infinity, detail: { a: NaN, b: 2 } })
  await store.verdicts.record(falsified, failed, odd)
  expect(await store.verdicts.ofRun('run-1')).toEqual([
    falsified,
    failed,
    { ...odd, lowerBound: null, detail: { b: 2 } },
  ])
  expect(await store.verdicts.counts('run-1')).toEqual({ falsified: 1, error: 1, verified: 1 })
  expect(await store.verdicts.counts('run-1', 'milp')).toEqual({})
  await expectCoded(
    store.verdicts.record(verdictRow({ imageIndex: 3, counterexample: 'c'.repeat(64) })),
    'store/missing',
  )
})

test('verdicts: what the certificates of a run take, each file once', async () => {
  await withRun()
  const put = (bytes: number) => store.artifacts.put(new Uint8Array(bytes), 'application/gzip')
  const [small, large] = [await put(10), await put(300)]
  expect(await store.verdicts.certificates('run-1')).toEqual({ count: 0, bytes: 0 })
  await store.verdicts.record(
    verdictRow({ certificate: small }),
    verdictRow({ imageIndex: 1, certificate: large }),
    verdictRow({ imageIndex: 2, certificate: large }),
    verdictRow({ imageIndex: 3 }),
  )
  expect(await store.verdicts.certificates('run-1')).toEqual({ count: 2, bytes: 310 })
  expect(await store.verdicts.certificates('run-2')).toEqual({ count: 0, bytes: 0 })
})

test('checkpoints: the newest of a run and stage stands, the one before is handed back', async () => {
  await withRun()
  const [first, second] = await Promise.all([1, 2].map((k) => store.artifacts.put(Uint8Array.from([k]), 'x')))
  const row = { runId: 'run-1', stage: 'train', step: 1, artifact: first, createdAt: '2026-11-22T10:00:00Z' }
  expect(await store.checkpoints.record(row)).toBeNull()
  expect(await store.checkpoints.record({ ...row, step: 2, artifact: second })).toBe(first)
  expect(await store.checkpoints.get('run-1', 'train')).toEqual({ ...row, step: 2, artifact: second })
  expect(await store.checkpoints.get('run-1', 'fine-tune')).toBeNull()
  expect([await store.artifacts.release(first), await store.artifacts.release(second)]).toEqual([true, false])
  expect(await store.checkpoints.remove('run-1')).toEqual([second])
})

test('settings: any JSON value, set again, removed', async () => {
  await store.settings.set('theme', 'dark')
  await store.settings.set('window', { width_px: 800, nested: { snake_case: [1, null] } })
  await store.settings.set('theme', 'light')
  expect(await store.settings.all()).toEqual({
    theme: 'light',
    window: { width_px: 800, nested: { snake_case: [1, null] } },
  })
  await store.settings.set('theme', undefined)
  expect(await store.settings.get('theme')).toBeUndefined()
})

test('rows outlive the process that wrote them', async () => {
  await withRun()
  await store.verdicts.record(verdictRow())
  const { home } = store
  await store.close()
  await store.close()
  store = await openStore(home)
  expect(await store.jobs.get('job-1')).toEqual(jobRow())
  expect(await store.verdicts.ofRun('run-1')).toEqual([verdictRow()])
})
