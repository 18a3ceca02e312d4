// One owner per home, tested with real processes: a second is refused, a crash frees the lock, jobs work beside.
import { expect, test } from 'vitest'
import { openStore } from '../../core/store/open.ts'
import { expectCoded } from './fail.ts'
import { temporaryHome } from './homes.ts'
import { killHard, nextMessage, startChild } from './processes.ts'
import { jobRow, runRow, verdictRow } from './rows.ts'

test('a second instance is refused, here and in another process, until the first closes', async () => {
  const home = await temporaryHome()
  const store = await openStore(home)
  await expectCoded(openStore(home), 'store/locked', `process ${process.pid}`, home)
  expect(await nextMessage(startChild('hold', home, 'owner'))).toBe('store/locked')
  await store.close()
  const second = startChild('hold', home, 'owner')
  expect(await nextMessage(second)).toBe('open')
  await expectCoded(openStore(home), 'store/locked', `process ${String(second.pid)}`)
  await killHard(second)
})

test('a killed owner leaves no lock behind', async () => {
  const home = await temporaryHome()
  const owner = startChild('hold', home, 'owner')
  expect(await nextMessage(owner)).toBe('open')
  await killHard(owner)
  await (await openStore(home)).close()
})

test('the child processes of an owner open the same history, as jobs and readers', async () => {
  const home = await temporaryHome()
  const store = await openStore(home)
  for (const role of ['job', 'reader']) {
    const child = startChild('hold', home, role)
    expect(await nextMessage(child)).toBe('open')
    await killHard(child)
  }
  await store.settings.set('still', 'writable')
  await store.close()
})

test('owner and job write at the same time, each sees the other’s rows', async () => {
  const home = await temporaryHome()
  const owner = await openStore(home)
  const job = await openStore(home, { role: 'job' })
  await owner.jobs.insert(jobRow())
  await job.runs.insert(runRow())
  const writes = Array.from({ length: 200 }, (_, imageIndex) =>
    (imageIndex % 2 === 0 ? owner : job).verdicts.record(verdictRow({ imageIndex })),
  )
  await Promise.all(writes)
  expect(await owner.verdicts.ofRun('run-1')).toHaveLength(200)
  expect(await job.verdicts.ofRun('run-1')).toHaveLength(200)
  await job.close()
  await owner.close()
})

test('a job or reader needs a history that is there', async () => {
  const home = await temporaryHome()
  await expectCoded(openStore(home, { role: 'job' }), 'store/missing', home)
  await expectCoded(openStore(home, { readOnly: true }), 'store/missing', home)
})

test('a reader cannot write', async () => {
  const home = await temporaryHome()
  await (await openStore(home)).close()
  const reader = await openStore(home, { readOnly: true })
  expect(reader.role).toBe('reader')
  await expectCoded(reader.settings.set('a', 1), 'store/read-only')
  await expectCoded(reader.artifacts.put(new Uint8Array(1), 'x'), 'store/read-only')
  await reader.close()
})
