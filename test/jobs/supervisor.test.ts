// The queue and the fate of jobs, with scripted processes on a real history.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { recipeSchema } from '../../core/contract/recipe.ts'
import { EventLog } from '../../core/jobs/event-log.ts'
import type { JobProcess } from '../../core/jobs/launcher.ts'
import { JobSupervisor } from '../../core/jobs/supervisor.ts'
import { openStore } from '../../core/store/open.ts'
import type { Store } from '../../core/store/store.ts'
import { ScriptedProcess, until } from './scripted-process.ts'

let home: string
let store: Store
let log: EventLog
let processes: ScriptedProcess[]
let supervisor: JobSupervisor
const recipe = recipeSchema.parse({ name: 'it', variants: [{ name: 'a', architecture: 'net1' }] })

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'espalier-jobs-'))
  store = await openStore(home)
  log = new EventLog()
  processes = []
  const launcher = (): JobProcess => {
    const process = new ScriptedProcess()
    processes.push(process)
    return process
  }
  supervisor = new JobSupervisor({ store, log, launcher, concurrency: 1, grace: 50 })
})
afterEach(async () => {
  for (const process of processes) process.exit(0)
  await supervisor.close()
  await store.close()
  rmSync(home, { recursive: true })
})

const stateOf = async (id: string) => (await store.jobs.get(id))?.state
const becomes = (id: string, state: string) =>
  until(
    () => stateOf(id),
    (now) => now === state,
  )
const launched = (count: number) =>
  until(
    () => processes.length,
    (now) => now >= count,
  )

describe('a job', () => {
  it('has a run for each variant, is given its home when its process is ready, and ends as that says', async () => {
    const { id } = await supervisor.start(recipe)
    await becomes(id, 'running')
    expect((await store.runs.ofJob(id)).map(({ variant, state }) => [variant, state])).toEqual([['a', 'waiting']])
    processes[0].say({ type: 'ready' })
    expect(processes[0].received).toEqual([{ type: 'start', home, jobId: id }])
    expect((await store.jobs.get(id))?.pid).toBe(4711)
    processes[0].end('done')
    await becomes(id, 'done')
    const states = log.since(id, 0).events.flatMap(({ body }) => (body.type === 'state' ? [body.state] : []))
    expect(states).toEqual(['queued', 'running', 'done'])
  })

  it('waits for the one before it', async () => {
    const first = await supervisor.start(recipe)
    const second = await supervisor.start(recipe)
    await becomes(first.id, 'running')
    expect(await stateOf(second.id)).toBe('queued')
    processes[0].end('failed')
    await becomes(second.id, 'running')
    expect(processes).toHaveLength(2)
    expect(await stateOf(first.id)).toBe('failed')
  })

  it('whose process crashes is interrupted with a coded error, its run too, and can be resumed', async () => {
    const { id } = await supervisor.start(recipe)
    await becomes(id, 'running')
    const [run] = await store.runs.ofJob(id)
    await store.runs.update(run.id, { state: 'running', stage: 'train' })
    processes[0].exit(null, 'FATAL ERROR: heap out of memory')
    await becomes(id, 'interrupted')
    const job = await store.jobs.get(id)
    expect(job?.error?.code).toBe('job/crashed')
    expect(job?.error?.message).toContain('heap out of memory')
    expect((await store.runs.get(run.id))?.state).toBe('interrupted')
    await supervisor.resume(id)
    await launched(2)
    await becomes(id, 'running')
    expect((await store.jobs.get(id))?.error).toBeNull()
  })

  it('that failed before its runs began takes them with it, until it is resumed', async () => {
    const { id } = await supervisor.start(recipe)
    await becomes(id, 'running')
    const error = { code: 'input/unreadable', message: 'train-images is no IDX file', hint: 'Look at it.' } as const
    processes[0].end('failed', error)
    await becomes(id, 'failed')
    const [run] = await store.runs.ofJob(id)
    expect(run).toMatchObject({ state: 'failed', error, startedAt: null })
    expect(run.finishedAt).not.toBeNull()
    const told = log.since(id, 0).events.flatMap(({ body }) => (body.type === 'run' ? [body] : []))
    expect(told).toEqual([{ type: 'run', runId: run.id, state: 'failed', stage: '', error }])
    await supervisor.resume(id)
    expect(await store.runs.get(run.id)).toMatchObject({ state: 'waiting', error: null, finishedAt: null })
  })

  it('is cancelled at the next safe point', async () => {
    const { id } = await supervisor.start(recipe)
    await becomes(id, 'running')
    await supervisor.cancel(id)
    expect(processes[0].received).toContainEqual({ type: 'stop' })
    processes[0].end('stopped')
    await becomes(id, 'cancelled')
    expect(processes[0].killed).toBe(false)
  })

  it('that does not stop is ended after the grace time', async () => {
    const { id } = await supervisor.start(recipe)
    await becomes(id, 'running')
    await supervisor.cancel(id)
    await becomes(id, 'cancelled')
    expect(processes[0].killed).toBe(true)
    expect((await store.jobs.get(id))?.error).toBeNull()
  })

  it('in the queue is cancelled without a process', async () => {
    const first = await supervisor.start(recipe)
    const second = await supervisor.start(recipe)
    await becomes(first.id, 'running')
    expect((await supervisor.cancel(second.id)).state).toBe('cancelled')
    processes[0].end('done')
    await becomes(first.id, 'done')
    expect(processes).toHaveLength(1)
  })

  it('that is done can neither be cancelled nor resumed', async () => {
    const { id } = await supervisor.start(recipe)
    await becomes(id, 'running')
    processes[0].end('done')
    await becomes(id, 'done')
    await expect(supervisor.cancel(id)).rejects.toMatchObject({ code: 'job/state' })
    await expect(supervisor.resume(id)).rejects.toMatchObject({ code: 'job/state' })
    await expect(supervisor.resume('job-nothing')).rejects.toMatchObject({ code: 'job/unknown' })
  })

  it('whose process talks nonsense goes on', async () => {
    const { id } = await supervisor.start(recipe)
    await becomes(id, 'running')
    processes[0].say({ type: 'nonsense' })
    const complaint = log.since(id, 0).events.find(({ body }) => body.type === 'log')
    expect(complaint?.body).toMatchObject({ level: 'error' })
    processes[0].end('done')
    await becomes(id, 'done')
  })
})

describe('closing and starting again', () => {
  it('interrupts what runs and leaves the queue', async () => {
    const first = await supervisor.start(recipe)
    const second = await supervisor.start(recipe)
    await becomes(first.id, 'running')
    const closed = supervisor.close()
    processes[0].end('stopped')
    await closed
    expect([await stateOf(first.id), await stateOf(second.id)]).toEqual(['interrupted', 'queued'])
    expect(processes).toHaveLength(1)
  })

  it('finds orphans of a core that vanished, and goes on with the queue', async () => {
    const orphan = await supervisor.start(recipe)
    await becomes(orphan.id, 'running')
    const [run] = await store.runs.ofJob(orphan.id)
    await store.runs.update(run.id, { state: 'running', stage: 'train' })
    const next = new JobSupervisor({ store, log, launcher: () => processes[0], concurrency: 1, grace: 50 })
    await next.recover()
    expect(await stateOf(orphan.id)).toBe('interrupted')
    expect((await store.runs.get(run.id))?.state).toBe('interrupted')
  })

  it('leaves the queue of an earlier process alone where it is told to, until a job is resumed', async () => {
    await supervisor.start(recipe)
    const left = await supervisor.start(recipe)
    await launched(1)
    const closing = supervisor.close()
    processes[0].end('stopped')
    await closing
    const launcher = (): JobProcess => {
      const process = new ScriptedProcess()
      processes.push(process)
      return process
    }
    supervisor = new JobSupervisor({ store, log, launcher, concurrency: 1, grace: 50, takeUpQueue: false })
    await supervisor.recover()
    const own = await supervisor.start(recipe)
    await becomes(own.id, 'running')
    expect(await stateOf(left.id)).toBe('queued')
    processes[1].end('done')
    await becomes(own.id, 'done')
    expect(processes).toHaveLength(2)
    await supervisor.resume(left.id)
    await becomes(left.id, 'running')
    await expect(supervisor.resume(left.id)).rejects.toMatchObject({ code: 'job/state' })
  })
})
