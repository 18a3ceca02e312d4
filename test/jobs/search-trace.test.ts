// How a search went: thinned while it is recorded, read again as it was, counted by depth as the pool has it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readSearch, SearchTrace } from '../../core/jobs/execute/search-trace.ts'
import { openStore } from '../../core/store/open.ts'
import type { Store } from '../../core/store/store.ts'
import { verdictRow } from '../store/rows.ts'

const progress = { stage: 'bab', seconds: 0, upperBound: null } as const

describe('how a search went', () => {
  const home = mkdtempSync(join(tmpdir(), 'espalier-trace-'))
  let store: Store
  beforeAll(async () => {
    store = await openStore(home)
  })
  afterAll(async () => {
    await store.close()
    rmSync(home, { recursive: true })
  })

  it('is not kept where it was over at once', async () => {
    const trace = new SearchTrace()
    trace.add({ ...progress, lowerBound: null, domains: 0, open: null }, 0)
    trace.add({ ...progress, lowerBound: -2, domains: 1, open: 1 }, 1)
    expect(await trace.write(store)).toBeNull()
    expect(await readSearch(store, verdictRow())).toEqual([])
  })

  it('is kept thinned, the last sample always, and read as it was', async () => {
    const trace = new SearchTrace()
    for (let step = 1; step <= 100_000; step++)
      trace.add({ ...progress, lowerBound: -2 + step * 1e-5, domains: step, open: 2, depths: [0, 1, 1] }, step / 1000)
    const search = await trace.write(store)
    const samples = await readSearch(store, verdictRow({ search }))
    expect(samples.length).toBeGreaterThan(50)
    expect(samples.length).toBeLessThan(300)
    expect(samples).toEqual(trace.samples)
    expect(samples.at(-1)).toEqual({ seconds: 100, bound: -1, visited: 100_000, open: 2, depths: [0, 1, 1] })
  })
})
