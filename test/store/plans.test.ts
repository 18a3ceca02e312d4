// No question of the windows reads a whole table: every statement the repositories send is explained by SQLite itself.
import { join } from 'node:path'
import BetterSqlite from 'better-sqlite3'
import { expect, test, vi } from 'vitest'
import { openStore } from '../../core/store/open.ts'
import type { Store } from '../../core/store/store.ts'
import { temporaryHome } from './homes.ts'
import { jobRow, runRow } from './rows.ts'

const page = { limit: 100, offset: 500 }

/** What the windows ask, by the name of the question. */
const questions: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
  'a page of runs': (store) => store.runs.list(page),
  'a page of runs in one state': (store) => store.runs.list(page, { state: 'done' }),
  'runs with a word': (store) => store.runs.list(page, { text: 'small' }),
  'runs by state': (store) => store.runs.counts(),
  'the runs of a job': (store) => store.runs.ofJob('job-1'),
  'the newest model of a variant': (store) => store.runs.latestModel('small', 'baseline', '2030-01-01'),
  'a page of jobs': (store) => store.jobs.list(page),
  'the queue': (store) => store.jobs.inState('queued'),
  'what jobs are called': (store) => store.jobs.titles(['job-1', 'job-2']),
  'the queue in another order': (store) => store.jobs.reorder(['job-1']),
  'orphans on start': (store) => store.jobs.interruptOrphans('2026-01-01T00:00:00.000Z'),
  'a page of models': (store) => store.models.list(page),
  'finished models': (store) => store.models.list(page, { finished: true }),
  'runs by their ids': (store) => store.runs.ofIds(['run-1', 'run-2']),
  'how many models': (store) => store.models.count(),
  'the models of a run': (store) => store.models.ofRun('run-1'),
  'the lineage of a model': (store) => store.models.lineage('net-1'),
  'a page of verdicts': (store) => store.verdicts.ofRun('run-1', page),
  'verdicts by kind': (store) => store.verdicts.counts('run-1'),
  'verdicts taken back': (store) => store.verdicts.removeKinds('run-1', ['timeout']),
  'the curves of a run': (store) => store.metrics.ofRun('run-1'),
}

test.each(Object.entries(questions))('%s: from an index, nothing scanned, nothing sorted', async (name, ask) => {
  const home = await temporaryHome()
  const store = await openStore(home)
  await store.jobs.insert(jobRow())
  await store.runs.insert(runRow())
  const statements = await statementsOf(() => ask(store))
  await store.close()
  expect(statements.length).toBeGreaterThan(0)
  const file = new BetterSqlite(join(home, 'history.db'), { readonly: true })
  const plans = statements.flatMap((text) => {
    const rows = file.prepare(`explain query plan ${text}`).all(...Array.from({ length: (text.match(/\?/g) ?? []).length }, () => 1)) // prettier-ignore
    return rows.map((row) => String((row as { detail: unknown }).detail))
  })
  file.close()
  // A count, or a walk along an index in its order, reads the index alone; the tables of a lineage are its few members.
  const allowed = /USING (COVERING )?INDEX|^SCAN (ancestry|\d|CONSTANT ROW)/
  expect(plans.filter((line) => /^SCAN/.test(line) && !allowed.test(line))).toEqual([])
  // A handful of rows may be put in order: the ancestors of a model, the runs of one name, the verdicts of one run.
  const few = /lineage|newest model|verdicts by kind/.test(name)
  expect(plans.filter((line) => !few && line.includes('TEMP B-TREE'))).toEqual([])
})

/** The texts that `work` hands to SQLite, transactions left out. */
async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const prepare = vi.spyOn(BetterSqlite.prototype, 'prepare')
  try {
    await work()
    return [...new Set(prepare.mock.calls.map(([text]) => text))].filter(
      (text) => !/^(begin|commit|rollback)/i.test(text),
    )
  } finally {
    prepare.mockRestore()
  }
}
