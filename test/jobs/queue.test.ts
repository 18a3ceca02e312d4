// What people do with a queue: pause, hold, another order, stop after this image, ask again about what is open.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { recipeSchema } from '../../core/contract/recipe.ts'
import { EventLog } from '../../core/jobs/event-log.ts'
import { JobSupervisor } from '../../core/jobs/supervisor.ts'
import { openStore } from '../../core/store/open.ts'
import type { Store } from '../../core/store/store.ts'
import { verdictRow } from '../store/rows.ts'
import { ScriptedProcess, until } from './scripted-process.ts'

let home: string
let store: Store
let processes: ScriptedProcess[]
let supervisor: JobSupervisor
const recipe = recipeSchema.parse({ name: 'it', variants: [{ name: 'a', architecture: 'net1' }] })

function open(): JobSupervisor {
  const launcher = (): ScriptedProcess => {
    const process = new ScriptedProcess()
    processes.push(process)
    return process
  }
  return new JobSupervisor({ store, log: new EventLog(), launcher, concurrency: 1, grace: 50 })
}
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'espalier-queue-'))
  store = await openStore(home)
  processes = []
  supervisor = open()
})
afterEach(async () => {
  for (const process of processes) process.exit(0)
  await supervisor.close()
  await store.close()
  rmSync(home, { recursive: true })
})

const becomes = (id: string, state: string) =>
  until(
    async () => (await store.jobs.get(id))?.state,
    (now) => now === state,
  )
const queuedIds = async () => (await supervisor.queue()).queued.map(({ id }) => id)
const coded = (code: string) => ({ code })

describe('pausing', () => {
  it('stops at a safe point, keeps the job without an error, and resuming goes on', async () => {
    const { id } = await supervisor.start(recipe)
    await becomes(id, 'running')
    await supervisor.pause(id)
    expect(processes[0].received).toContainEqual({ type: 'stop' })
    processes[0].end('stopped')
    await becomes(id, 'interrupted')
    expect((await supervisor.queue()).interrupted).toMatchObject([{ id, error: null }])
    await supervisor.resume(id)
    await becomes(id, 'running')
    await expect(supervisor.pause('job-none')).rejects.toMatchObject(coded('job/unknown'))
  })

  it('is for what runs', async () => {
    const first = await supervisor.start(recipe)
    const second = await supervisor.start(recipe)
    await becomes(first.id, 'running')
    await expect(supervisor.pause(second.id)).rejects.toMatchObject(coded('job/state'))
  })

  it('is told from a core that vanished', async () => {
    const { id } = await supervisor.start(recipe)
    await becomes(id, 'running')
    await store.jobs.interruptOrphans('2026-01-01T00:00:00.000Z')
    expect((await supervisor.queue()).interrupted).toMatchObject([{ id, error: coded('job/crashed') }])
  })
})

describe('stopping after this image', () => {
  it('asks the process to, and never ends it by force', async () => {
    const { id } = await supervisor.start(recipe)
    await becomes(id, 'running')
    await supervisor.cancel(id, true)
    expect(processes[0].received).toContainEqual({ type: 'stop', after: 'instance' })
    expect((await supervisor.queue()).stopping).toEqual([id])
    await new Promise((resolve) => setTimeout(resolve, 120))
    expect(processes[0].killed).toBe(false)
    processes[0].end('stopped')
    await becomes(id, 'cancelled')
  })

  it('can still be cut short', async () => {
    const { id } = await supervisor.start(recipe)
    await becomes(id, 'running')
    await supervisor.cancel(id, true)
    await supervisor.cancel(id)
    await becomes(id, 'cancelled')
    expect(processes[0].killed).toBe(true)
  })
})

describe('the queue', () => {
  it('runs in the order it was put into; what is added later comes last', async () => {
    const [running, ...rest] = [await supervisor.start(recipe), await supervisor.start(recipe), await supervisor.start(recipe), await supervisor.start(recipe)].map(({ id }) => id) // prettier-ignore
    await becomes(running, 'running')
    await supervisor.reorder([rest[2], rest[0]])
    expect(await queuedIds()).toEqual([rest[2], rest[0], rest[1]])
    const late = (await supervisor.start(recipe)).id
    await supervisor.reorder(['job-gone', running, rest[1]])
    expect(await queuedIds()).toEqual([rest[1], rest[2], rest[0], late])
    processes[0].end('done')
    await becomes(rest[1], 'running')
  })

  it('on hold starts nothing, also after a restart, and goes on when told', async () => {
    await supervisor.recover()
    await supervisor.hold(true)
    const { id } = await supervisor.start(recipe)
    await supervisor.close()
    supervisor = open()
    await supervisor.recover()
    expect(await supervisor.queue()).toMatchObject({ held: true, running: [], queued: [{ id }] })
    expect(processes).toHaveLength(0)
    await supervisor.hold(false)
    await becomes(id, 'running')
  })
})

describe('asking again', () => {
  async function doneJob(): Promise<{ jobId: string; runId: string }> {
    const { id: jobId } = await supervisor.start(recipe)
    await becomes(jobId, 'running')
    const [{ id: runId }] = await store.runs.ofJob(jobId)
    const verdicts = ['verified', 'timeout', 'falsified', 'unknown', 'error', 'timeout'] as const
    await store.verdicts.record(...verdicts.map((verdict, imageIndex) => verdictRow({ runId, imageIndex, verdict })))
    await store.runs.update(runId, { state: 'done' })
    processes[0].end('done')
    await becomes(jobId, 'done')
    return { jobId, runId }
  }

  it('takes back only what was named, and queues the job', async () => {
    const { jobId, runId } = await doneJob()
    await supervisor.rerun(runId, ['timeout', 'error'])
    await becomes(jobId, 'running')
    expect((await store.verdicts.ofRun(runId)).map(({ imageIndex }) => imageIndex)).toEqual([0, 2, 3])
    expect((await store.runs.get(runId))?.state).toBe('waiting')
  })

  it('gives the run a longer limit, never a shorter one, and no timeout of the old one stays', async () => {
    const { jobId, runId } = await doneJob()
    const before = (await store.runs.get(runId))?.timeoutSeconds ?? 0
    const refused = coded('recipe/invalid')
    await expect(supervisor.rerun(runId, ['timeout'], before / 2)).rejects.toMatchObject(refused)
    await expect(supervisor.rerun(runId, ['unknown'], before * 2)).rejects.toMatchObject(refused)
    expect(await store.verdicts.counts(runId)).toMatchObject({ timeout: 2 })
    await supervisor.rerun(runId, ['timeout', 'unknown'], before * 2)
    await becomes(jobId, 'running')
    expect((await store.runs.get(runId))?.timeoutSeconds).toBe(before * 2)
    expect((await store.verdicts.counts(runId)).timeout).toBeUndefined()
  })

  it('changes nothing of a job under way, nor where there is nothing to ask', async () => {
    const { jobId, runId } = await doneJob()
    await supervisor.rerun(runId, ['unknown'])
    await becomes(jobId, 'running')
    await expect(supervisor.rerun(runId, ['timeout'])).rejects.toMatchObject(coded('job/state'))
    expect(await store.verdicts.counts(runId)).toMatchObject({ timeout: 2 })
    processes[1].end('done')
    await becomes(jobId, 'done')
    await expect(supervisor.rerun(runId, ['unknown'])).rejects.toMatchObject(coded('job/state'))
    await expect(supervisor.rerun('run-none', ['timeout'])).rejects.toMatchObject(coded('store/missing'))
  })
})
