// A large history: the common questions use an index and stay fast. Sizes are a tenth of what the design promises.
import { join } from 'node:path'
import BetterSqlite from 'better-sqlite3'
import { expect, test } from 'vitest'
import { openStore } from '../../core/store/open.ts'
import { temporaryHome } from './homes.ts'
import { jobRow, runRow, verdictRow } from './rows.ts'

const runs = 1_000
const imagesPerRun = 100

const questions = [
  ['the verdicts of a run', 'select * from verdicts where run_id = ? order by verifier, image_index, target'],
  ['the counts of a run', 'select verdict, count(*) from verdicts where run_id = ? group by verdict'],
  ['the points of a run', 'select * from metrics where run_id = ? order by series, step'],
  ['the newest runs', 'select * from runs order by created_at desc, job_id, position limit 200'],
  ['the runs of a job', 'select * from runs where job_id = ? order by position'],
  ['the newest jobs', 'select * from jobs order by created_at desc, id limit 200'],
  ['the queue', "select * from jobs where state = 'queued' order by queue_rank, created_at, id"],
  ['the running runs', "update runs set state = 'interrupted' where state = 'running'"],
  ['the models of a run', 'select * from models where run_id = ? order by created_at'],
  ['the children of a model', 'select * from models where parent_id = ? order by created_at, id'],
  ['the newest models', 'select * from models order by created_at desc, id limit 200'],
  ['who needs an artifact', 'select verdict from verdicts where counterexample = ?'],
] as const

test.each(questions)('%s: answered from an index, without sorting', async (_, text) => {
  const home = await temporaryHome()
  await (await openStore(home)).close()
  const file = new BetterSqlite(join(home, 'history.db'), { readonly: true })
  const plan = file.prepare(`explain query plan ${text}`).all(...(text.includes('?') ? ['x'] : []))
  file.close()
  const lines = plan.map((row) => String((row as { detail: unknown }).detail)).join('; ')
  expect(lines).toMatch(/USING (COVERING )?INDEX|USING PRIMARY KEY/)
  expect(lines).not.toMatch(/TEMP B-TREE FOR ORDER BY|^SCAN (?!.*INDEX)/)
})

test(`${runs} runs with ${runs * imagesPerRun} verdicts: writing in bulk and reading pages stay fast`, async () => {
  const home = await temporaryHome()
  const store = await openStore(home)
  const started = performance.now()
  for (let job = 0; job < 20; job++) {
    const jobId = `job-${job}`
    await store.jobs.insert(jobRow({ id: jobId }))
    const position = Array.from({ length: runs / 20 }, (_, k) => k)
    await store.runs.insert(...position.map((k) => runRow({ id: `${jobId}-run-${k}`, jobId, position: k })))
    const images = Array.from({ length: imagesPerRun }, (_, k) => k)
    await store.verdicts.record(
      ...position.flatMap((k) => images.map((imageIndex) => verdictRow({ runId: `${jobId}-run-${k}`, imageIndex }))),
    )
  }
  const written = performance.now() - started
  const ask = async (question: () => Promise<unknown>): Promise<number> => {
    const times: number[] = []
    for (let round = 0; round < 5; round++) {
      const start = performance.now()
      await question()
      times.push(performance.now() - start)
    }
    return times.sort((a, b) => a - b)[2]
  }
  const times = {
    'verdicts of a run': await ask(() => store.verdicts.ofRun('job-7-run-40')),
    'counts of a run': await ask(() => store.verdicts.counts('job-7-run-40')),
    'page of runs': await ask(() => store.runs.list({ limit: 200, offset: 500 })),
    'one verdict recorded': await ask(() =>
      store.verdicts.record(verdictRow({ runId: 'job-0-run-0', verifier: 'milp' })),
    ),
  }
  await store.close()
  const reopened = performance.now()
  await (await openStore(home)).close()
  const opening = performance.now() - reopened
  console.log(`scale: written in ${written.toFixed(0)} ms, opened in ${opening.toFixed(0)} ms, median ms:`, times)
  expect(Math.max(...Object.values(times))).toBeLessThan(200)
  expect(opening).toBeLessThan(5_000)
})
