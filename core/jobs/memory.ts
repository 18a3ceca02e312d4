// How much memory the machine has left, and how much of it the core and the processes that it started hold.
import { freemem, totalmem } from 'node:os'
import { z } from 'zod'
import type { Memory } from '../contract/memory.ts'
import { machineMemory } from '../verify/memory.ts'
import type { JobLauncher, JobProcess } from './launcher.ts'

/** Milliseconds between two reports of a job process. */
const interval = 2_000

/** Job process → core, beside its other messages: what it holds. */
const reportSchema = z.strictObject({ type: z.literal('memory'), bytes: z.int().min(0) })
export type MemoryReport = z.infer<typeof reportSchema>

/** In a job process: reports until the answer is called. */
export function reportMemory(send: (report: MemoryReport) => void): () => void {
  const timer = setInterval(() => send({ type: 'memory', bytes: process.memoryUsage.rss() }), interval)
  timer.unref()
  return () => clearInterval(timer)
}

/** In the core: takes the reports out of the messages of every process that it starts. */
export class MemoryMeter {
  readonly #held = new Map<JobProcess, number>()

  /** A launcher whose processes are counted. */
  counted(launcher: JobLauncher): JobLauncher {
    return () => this.#count(launcher())
  }

  read(): Omit<Memory, 'cap'> {
    const total = machineMemory()
    return {
      total,
      free: total < totalmem() ? Math.min(total, process.availableMemory()) : freemem(),
      core: process.memoryUsage.rss(),
      jobs: [...this.#held.values()].reduce((sum, held) => sum + held, 0),
    }
  }

  #count(started: JobProcess): JobProcess {
    this.#held.set(started, 0)
    return {
      pid: started.pid,
      send: (message) => started.send(message),
      onMessage: (listener) =>
        started.onMessage((message) => {
          const report = reportSchema.safeParse(message)
          if (!report.success) listener(message)
          else if (this.#held.has(started)) this.#held.set(started, report.data.bytes)
        }),
      onExit: (listener) =>
        started.onExit((exit) => {
          this.#held.delete(started)
          listener(exit)
        }),
      kill: () => started.kill(),
    }
  }
}
