// Migrations: data survives, a copy is made first, a failed one changes nothing, a newer or damaged file is refused.
import { open, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sql, type Kysely } from 'kysely'
import { expect, test } from 'vitest'
import type { Migration } from 'kysely/migration'
import { migrations as first } from '../../core/store/migrations/registry.ts'
import { openStore } from '../../core/store/open.ts'
import { expectCoded } from './fail.ts'
import { temporaryHome } from './homes.ts'
import { jobRow, runRow, verdictRow } from './rows.ts'

const addNote: Migration = {
  async up(database: Kysely<unknown>) {
    await sql`alter table runs add column note text not null default 'none'`.execute(database)
    await sql`update runs set note = 'migrated ' || id`.execute(database)
  },
}
const failHalfway: Migration = {
  async up(database: Kysely<unknown>) {
    await sql`alter table runs add column note text`.execute(database)
    await sql`delete from verdicts`.execute(database)
    await sql`insert into nowhere values (1)`.execute(database)
  },
}
const second = { ...first, '9999-note': addNote }

/** As this version writes it; `second` is of a later one. */
async function homeOfToday(): Promise<string> {
  const home = await temporaryHome()
  const store = await openStore(home, {}, first)
  await store.jobs.insert(jobRow())
  await store.runs.insert(runRow())
  await store.verdicts.record(verdictRow())
  await store.close()
  return home
}

test('an older history is brought up to date with its data, and copied before', async () => {
  const home = await homeOfToday()
  const store = await openStore(home, {}, second)
  expect(await store.runs.get('run-1')).toMatchObject({ ...runRow(), note: 'migrated run-1' })
  expect(await store.verdicts.ofRun('run-1')).toEqual([verdictRow()])
  await store.close()
  const [backup, ...others] = await readdir(join(home, 'backups'))
  expect([backup, others]).toEqual([expect.stringMatching(/^history-before-9999-note-.*\.db$/), []])

  const restored = await temporaryHome()
  await writeFile(join(restored, 'history.db'), await readFile(join(home, 'backups', backup)))
  const old = await openStore(restored, {}, first)
  expect(await old.runs.get('run-1')).toEqual(runRow())
  await old.close()
})

test('a history without certificates gets room for them', async () => {
  const home = await temporaryHome()
  const old = await openStore(home, {}, { '0001-history': first['0001-history'] })
  await old.jobs.insert(jobRow())
  await old.runs.insert(runRow())
  await old.close()
  const store = await openStore(home)
  const certificate = await store.artifacts.put(Uint8Array.of(1, 2, 3), 'application/gzip')
  await store.verdicts.record(verdictRow({ certificate }))
  expect(await store.verdicts.ofRun('run-1')).toEqual([verdictRow({ certificate })])
  await store.close()
})

test('runs that a failed job left waiting failed with it; those of other jobs still wait', async () => {
  const home = await temporaryHome()
  const before = Object.entries(first).filter(([name]) => name < '0006')
  const old = await openStore(home, {}, Object.fromEntries(before))
  const error = { code: 'input/unreadable', message: 'no IDX file', hint: 'Look at it.' } as const
  const finishedAt = '2026-11-01T10:00:00.000Z'
  await old.jobs.insert(jobRow({ state: 'failed', error, finishedAt }), jobRow({ id: 'job-2', state: 'interrupted' }))
  await old.runs.insert(
    runRow(),
    runRow({ id: 'run-2', position: 1, state: 'done' }),
    runRow({ id: 'run-3', jobId: 'job-2' }),
  )
  await old.close()
  const store = await openStore(home)
  expect(await store.runs.get('run-1')).toEqual(runRow({ state: 'failed', error, finishedAt }))
  expect((await store.runs.get('run-2'))?.state).toBe('done')
  expect((await store.runs.get('run-3'))?.state).toBe('waiting')
  await store.close()
})

test('a new history and one that is up to date need no copy', async () => {
  const home = await homeOfToday()
  await (await openStore(home, {}, first)).close()
  await expect(readdir(join(home, 'backups'))).rejects.toThrow('ENOENT')
})

test('a migration that fails changes nothing and says where the copy is', async () => {
  const home = await homeOfToday()
  const broken = { ...first, '9999-broken': failHalfway }
  const error = await expectCoded(openStore(home, {}, broken), 'store/migration', '9999-broken', 'nowhere')
  expect(error.hint).toContain(join(home, 'backups', 'history-before-9999-broken'))
  const store = await openStore(home, {}, first)
  expect(await store.runs.get('run-1')).toEqual(runRow())
  expect(await store.verdicts.ofRun('run-1')).toEqual([verdictRow()])
  await store.close()
})

test('a database from the future is refused for writing and left alone, but can be read', async () => {
  const home = await homeOfToday()
  await (await openStore(home, {}, second)).close()
  const before = await stat(join(home, 'history.db'))
  await expectCoded(openStore(home), 'store/newer-database', '9999-note', 'newer Espalier')
  await expectCoded(openStore(home, { role: 'job' }), 'store/newer-database')
  const reader = await openStore(home, { readOnly: true })
  expect(await reader.verdicts.ofRun('run-1')).toEqual([verdictRow()])
  await reader.close()
  expect((await stat(join(home, 'history.db'))).size).toBe(before.size)
})

test('a job refuses a history that its owner has not brought up to date', async () => {
  const home = await homeOfToday()
  await expectCoded(openStore(home, { role: 'job' }, second), 'store/migration', '9999-note')
})

test('a file that is no database, and one with a damaged page, are refused', async () => {
  const home = await temporaryHome()
  await writeFile(join(home, 'history.db'), 'This is a text, not a database. '.repeat(200))
  expect((await expectCoded(openStore(home), 'store/corrupt', 'history.db')).hint).toContain('no backup was made')

  const damaged = await homeOfToday()
  const file = await open(join(damaged, 'history.db'), 'r+')
  const { size } = await file.stat()
  for (let at = 3 * 4_096; at < size; at += 4_096) await file.write(Buffer.alloc(200, 0xaa), 0, 200, at)
  await file.close()
  const error = await expectCoded(openStore(damaged), 'store/corrupt')
  expect(error.hint).toContain('no backup was made')
})

test('the advice on a damaged file names the newest backup that is there, and it opens', async () => {
  const home = await homeOfToday()
  await (await openStore(home, {}, second)).close()
  const backups = join(home, 'backups')
  const [backup] = await readdir(backups)
  await writeFile(join(backups, 'history-before-0001-older.db'), '')
  await utimes(join(backups, 'history-before-0001-older.db'), 0, 0)
  await writeFile(join(backups, `${backup}.tmp`), 'half written')
  const path = join(home, 'history.db')
  await writeFile(path, 'no database at all, and long enough to be looked at. '.repeat(200))
  const { hint } = await expectCoded(openStore(home, {}, second), 'store/corrupt')
  const named = /the backup (\S+) to/.exec(hint)?.[1] ?? ''
  expect(named).toBe(join(backups, backup))
  await writeFile(path, await readFile(named))
  const store = await openStore(home, {}, second)
  expect(await store.runs.get('run-1')).toMatchObject({ note: 'migrated run-1' })
  await store.close()
})

test('a damaged lock file is named, with what to do about it', async () => {
  const home = await homeOfToday()
  await writeFile(join(home, 'lock.db'), 'this is no database either. '.repeat(200))
  const { hint } = await expectCoded(openStore(home), 'store/corrupt', 'lock.db')
  expect(hint).toMatch(/^Delete it/)
})

test('a file cut short is refused', async () => {
  const home = await homeOfToday()
  const path = join(home, 'history.db')
  await writeFile(path, (await readFile(path)).subarray(0, 50_000))
  await expectCoded(openStore(home), 'store/corrupt')
  await (await openStore(await temporaryHome())).close()
})
