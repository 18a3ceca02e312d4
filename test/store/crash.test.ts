// Kills a writing process at once, several times: what it had recorded is there, whole, and the file opens clean.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openStore } from '../../core/store/open.ts'
import { temporaryHome } from './homes.ts'
import { killHard, startChild } from './processes.ts'
import { jobRow, runRow } from './rows.ts'

test.each([1, 7, 30])('killed after %i recorded verdicts, nothing recorded is lost', async (enough) => {
  const home = await temporaryHome()
  const before = await openStore(home)
  await before.jobs.insert(jobRow({ state: 'running' }))
  await before.runs.insert(runRow({ state: 'running' }))
  await before.close()

  const child = startChild('write', home)
  let told = -1
  await new Promise<void>((resolve, reject) => {
    child.on('exit', () => reject(new Error('the writer ended by itself')))
    child.on('message', (index) => {
      told = Number(index)
      if (told >= enough) resolve()
    })
  })
  child.removeAllListeners('exit')
  await killHard(child)

  const after = await openStore(home)
  const verdicts = await after.verdicts.ofRun('run-1')
  expect(verdicts.length).toBeGreaterThan(told)
  expect(verdicts.map((row) => row.imageIndex)).toEqual(verdicts.map((_, index) => index))
  for (const { imageIndex, counterexample } of verdicts) {
    const bytes = await after.artifacts.get(counterexample ?? '')
    expect(new Float64Array(bytes.buffer)[0]).toBe(imageIndex)
  }
  const points = await after.metrics.ofRun('run-1', 'bound')
  expect(points.length).toBeGreaterThanOrEqual(50 * (told + 1))
  expect(points.length % 50).toBe(0)
  expect((await after.jobs.interruptOrphans('2026-11-22T12:00:00Z')).map((job) => job.id)).toEqual(['job-1'])
  expect(await readdir(join(home, 'artifacts', 'tmp'))).toEqual([])
  await after.close()
})
