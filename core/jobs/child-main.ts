// The life of a job process: says it is ready, carries out one job, one measurement, one study or one reading of files, tells how it ended.
import { toErrorData, type ErrorData } from '../contract/errors.ts'
import type { JobGauge } from '../contract/events.ts'
import { openStore } from '../store/open.ts'
import { coalesceGauges } from './coalesce.ts'
import { settled } from './compute.ts'
import { createFinisher, type Finisher } from './finish.ts'
import { executeJob } from './execute/job.ts'
import { measureProviders } from './devices/measure.ts'
import { reportMemory, type MemoryReport } from './memory.ts'
import { toChildSchema, type FromChild, type ToChild } from './protocol.ts'

/** The line to the core: Node's IPC channel or Electron's parent port. */
export interface ParentPort {
  send(message: FromChild | MemoryReport): void
  onMessage(listener: (message: unknown) => void): void
  /** Called when the core is gone: nobody would hear the rest. */
  onClose(listener: () => void): void
  /** Resolves when everything sent has left the process. */
  flushed(): Promise<void>
}

/** Serves one task on `port`; resolves when the process may end. */
export async function runJobProcess(port: ParentPort): Promise<void> {
  const stop = new AbortController()
  port.onClose(() => stop.abort())
  const finisher = createFinisher(() => stop.abort())
  const task = await firstTask(port, stop, finisher)
  const gauges = coalesceGauges((body) => port.send({ type: 'event', body }))
  const quiet = reportMemory((report) => port.send(report))
  const end = (outcome: 'done' | 'failed' | 'stopped', error: ErrorData | null): void => {
    gauges.flush()
    port.send({ type: 'end', outcome, error })
  }
  try {
    if (task.type === 'probe') {
      await measureProviders(task.skip, stop.signal, (message) => port.send(message))
      end('done', null)
    } else if (task.type === 'study') {
      await study(task, stop.signal, port)
      end('done', null)
    } else if (task.type !== 'start') {
      port.send(await answer(task, stop.signal))
      end('done', null)
    } else {
      const { outcome, error } = await runStored(task.home, task.jobId, stop.signal, (body) => {
        gauges.emit(body)
        finisher.saw(body)
      })
      end(outcome, error)
    }
  } catch (thrown) {
    if (stop.signal.aborted) end('stopped', null)
    else end('failed', toErrorData(thrown))
  }
  quiet()
  await port.flushed()
}

function firstTask(
  port: ParentPort,
  stop: AbortController,
  finisher: Finisher,
): Promise<Exclude<ToChild, { type: 'stop' }>> {
  return new Promise((resolve) => {
    port.onMessage((message) => {
      const parsed = toChildSchema.parse(message)
      if (parsed.type !== 'stop') resolve(parsed)
      else if (parsed.after === 'instance') finisher.finish()
      else stop.abort()
    })
    port.send({ type: 'ready' })
  })
}

async function answer(
  task: Extract<ToChild, { type: 'inspect' | 'import' | 'confusion' }>,
  signal: AbortSignal,
): Promise<FromChild> {
  const { importFiles, inspectFiles } = await import('./files/inspect.ts')
  if (task.type === 'inspect') return { type: 'inspected', ...(await inspectFiles(task.network, task.property)) }
  const store = await openStore(task.home, { role: 'job' })
  try {
    if (task.type === 'confusion') {
      const { confusionOf } = await import('./study/confusion.ts')
      return { type: 'confusion', confusion: await confusionOf(store, task.modelId, signal) }
    }
    return { type: 'imported', ...(await importFiles(store, task.network, task.property, task.images)) }
  } finally {
    await store.close()
  }
}

/** Tells what it finds as it finds it. */
async function study(
  { kind, home, recipe }: Extract<ToChild, { type: 'study' }>,
  signal: AbortSignal,
  port: ParentPort,
): Promise<void> {
  const gauges = coalesceGauges((body) => {
    if (body.type === 'gauge') port.send({ type: 'gauge', gauge: body.gauge })
  })
  const gauge = (now: JobGauge): void => gauges.emit({ type: 'gauge', runId: kind, gauge: now })
  // Nothing is written, so it can go on beside a job.
  const store = await openStore(home, { role: 'reader' })
  try {
    const asked = await settled(store, recipe)
    if (kind === 'trial') {
      const { tryVerifier } = await import('./study/trial.ts')
      await tryVerifier(store, asked, signal, { gauge, trial: (trial) => port.send({ type: 'trial', trial }) })
    } else {
      const { measureScores } = await import('./study/scores.ts')
      port.send({ type: 'measured', measured: await measureScores(store, asked, signal, gauge) })
    }
  } finally {
    gauges.flush()
    await store.close()
  }
}

async function runStored(
  home: string,
  jobId: string,
  signal: AbortSignal,
  emit: Parameters<typeof executeJob>[3],
): ReturnType<typeof executeJob> {
  const store = await openStore(home, { role: 'job' })
  try {
    const job = await store.jobs.get(jobId)
    if (job === null) throw new Error(`job ${jobId} is not in the history`)
    return await executeJob(store, job, signal, emit)
  } finally {
    await store.close()
  }
}
