// The log of a job outlives its core: also one that is killed, and a line that was cut off spoils no other.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JobEventBody } from '../../core/contract/events.ts'
import type { VerdictRow } from '../../core/contract/rows.ts'
import { EventLog } from '../../core/jobs/event-log.ts'
import { JobLogs, keepLogs } from '../../core/jobs/log-file.ts'
import { addLines, logLine } from '../../renderer/logic/log.ts'

let folder: string
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'espalier-logs-'))))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const said = (message: string): JobEventBody => ({ type: 'log', level: 'info', message })
const verdict = (row: Partial<VerdictRow>): JobEventBody => ({
  type: 'verdict',
  runId: 'run-a',
  row: { imageIndex: 3, label: 1, group: 'first', verdict: 'verified', method: 'crown', seconds: 0.5, ...row } as VerdictRow, // prettier-ignore
})
const messages = async (logs: JobLogs, most = 100) =>
  (await logs.read('job-a', most)).map(({ body }) => ('message' in body ? body.message : body.type))

describe('the log of a job', () => {
  it('is read by the next core, without gauges and figures, each job for itself', async () => {
    const home = join(folder, 'next')
    const log = new EventLog()
    keepLogs(log, new JobLogs(home))
    log.append('job-a', { type: 'state', state: 'running' })
    log.append('job-a', { type: 'metrics', runId: 'run-a', points: [] })
    log.append('job-b', said('of another'))
    log.append('job-a', verdict({}))
    log.append('job-a', verdict({ label: -1, group: 'holds.vnnlib' }))
    const entries = await new JobLogs(home).read('job-a', 100)
    const lines = entries.map((entry) => logLine(entry, 'run-a')?.message)
    expect(lines).toEqual([
      'job running',
      expect.stringMatching(/^image 3: verified/),
      expect.stringMatching(/^holds\.vnnlib: verified/),
    ])
    expect(await new JobLogs(home).read('job-c', 100)).toEqual([])
    expect(await messages(new JobLogs(home), 1)).toEqual(['verdict'])
  })

  it('loses only the line that was cut off', async () => {
    const home = join(folder, 'cut')
    const logs = new JobLogs(home)
    const log = new EventLog()
    keepLogs(log, logs)
    log.append('job-a', said('one'))
    appendFileSync(join(home, 'logs', 'job-a.jsonl'), '\n{"sequence":2,"time":"20')
    log.append('job-a', said('three'))
    expect(await messages(logs)).toEqual(['one', 'three'])
  })

  it('says once that it can no longer be kept; the job goes on', () => {
    const home = join(folder, 'a-file')
    writeFileSync(home, 'in the way')
    const log = new EventLog()
    keepLogs(log, new JobLogs(home))
    for (const message of ['one', 'two']) log.append('job-a', said(message))
    const heard = log.since('job-a', 0).events.map(({ body }) => (body.type === 'log' ? body.message : ''))
    expect(heard).toEqual(['one', expect.stringMatching(/^The log is no longer kept/), 'two'])
  })

  it('holds every line that was written before the core was killed', async () => {
    const home = join(folder, 'killed')
    const child = spawn(process.execPath, [join(import.meta.dirname, 'log-writer.ts'), home], { stdio: ['ignore', 'pipe', 'inherit'] }) // prettier-ignore
    let output = ''
    await new Promise<void>((resolve) =>
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        output += text
        if (output.split('\n').length > 300) resolve()
      }),
    )
    child.kill('SIGKILL')
    await once(child, 'close')
    expect(child.signalCode).toBe('SIGKILL')
    const written = Number(output.split('\n').slice(0, -1).at(-1))
    const kept = (await new JobLogs(home).read('job-a', 100_000)).map(({ sequence }) => sequence)
    expect(kept.length).toBeGreaterThanOrEqual(written)
    expect(kept).toEqual(Array.from(kept, (_, i) => i + 1))
  })
})

it('lines of two cores stand in the order of time, and none twice', () => {
  const at = (sequence: number, second: number) =>
    ({ sequence, time: `2026-01-01T00:00:0${second}.000Z`, level: 'info', message: '' }) as const
  const [before, again] = [[at(7, 1), at(8, 2)], [at(1, 5), at(2, 5)]] // prettier-ignore
  const all = addLines(addLines([], again), [...before, ...again])
  expect(all.map(({ sequence }) => sequence)).toEqual([7, 8, 1, 2])
})
