// HiGHS in worker threads: a small pool, interruptible, that survives the death of a thread.
import { Worker } from 'node:worker_threads'
import { EspalierError } from '../../contract/errors.ts'
import { converse, type LastReply } from './conversation.ts'
import { compileHighs } from './highs.ts'
import type { CaseReport } from '../lp-split/cases.ts'
import type {
  CasesRequest,
  InterruptFlag,
  Reply,
  Request,
  SolveProgress,
  SolveResult,
  SolveSettings,
  SweepBound,
  SweepSettings,
  SweepTarget,
} from './protocol.ts'
import type { SparseModel } from './sparse-model.ts'

/** A worker whose WebAssembly memory grew beyond this is replaced: that memory never shrinks. */
const RECYCLE_BYTES = 256 * 2 ** 20
/** Idle threads end after this long. */
const IDLE_MILLISECONDS = 20_000

/** Milliseconds between two looks at the memory while a model is solved. */
const LOOK_EVERY = 250

/** A search by cases ends by itself at its time; only then is it told to, in seconds. */
const SEARCH_GRACE = 0.2

/** What a caller may hear while its model is being solved. */
export interface SolveListener {
  progress?(progress: SolveProgress): void
  /** A better point of the model; return true to stop the solve with status `interrupted`. */
  candidate?(point: Float64Array, objective: number): boolean
}

interface SolverPoolOptions {
  readonly memoryBytes?: number
  readonly start?: (module: WebAssembly.Module) => Worker
}

/** A pool of solver threads. Threads start when first needed, do not keep the process alive when idle, and are reused. */
export class SolverPool {
  /** How many models are solved at the same time. */
  readonly size: number
  readonly #start: (module: WebAssembly.Module) => Worker
  readonly #memoryBytes: number
  /** Compiled when the first thread needs it. */
  #module: Promise<WebAssembly.Module> | null = null
  readonly #idle: Worker[] = []
  readonly #waiting: (() => void)[] = []
  readonly #timers = new Map<Worker, NodeJS.Timeout>()
  #busy = 0

  /**
   * @param memoryBytes what the process may hold: a solve ends where it holds more
   * @param start replaces the worker in tests of thread failure
   */
  constructor(size = 2, { memoryBytes = Infinity, start = startWorker }: SolverPoolOptions = {}) {
    this.size = size
    this.#memoryBytes = memoryBytes
    this.#start = start
  }

  /**
   * Solves one model. Never rejects for a hard one: the time limit (overrun at most `GRACE_SECONDS`), an abort and a dead
   * thread all come back as a result; for a thread that had to be ended, with the last bound it reported.
   * @throws EspalierError 'verify/solver' when HiGHS refuses the model or its thread dies.
   */
  async solve(
    model: SparseModel,
    settings: SolveSettings,
    signal: AbortSignal,
    listener: SolveListener = {},
  ): Promise<SolveResult> {
    const started = performance.now()
    const flag: InterruptFlag = new Int32Array(new SharedArrayBuffer(4))
    let last: SolveProgress = { dualBound: -Infinity, incumbent: null, gap: null, nodes: 0 }
    const watch = this.#watchMemory(flag)
    const reply = await this.#run({ kind: 'solve', model, settings, flag }, settings.seconds, signal, (message) => {
      if (message.kind === 'progress') {
        last = message.progress
        listener.progress?.(last)
      } else if (message.kind === 'candidate' && listener.candidate?.(message.point, message.objective)) {
        Atomics.store(flag, 0, 1)
      }
    }).finally(() => clearInterval(watch))
    if (reply.kind === 'solved') return reply.result
    if (reply.kind === 'failed') throw solverError(reply.message)
    return {
      status: signal.aborted ? 'interrupted' : 'limit',
      objective: null,
      dualBound: Math.min(last.dualBound, settings.cutoff ?? Infinity),
      point: null,
      rowDual: null,
      nodes: last.nodes,
      seconds: (performance.now() - started) / 1000,
    }
  }

  /** Interrupts a solve once the process, of which solver threads are part, holds more than it may. */
  #watchMemory(flag: InterruptFlag): NodeJS.Timeout {
    const look = (): void => {
      if (process.memoryUsage.rss() > this.#memoryBytes) Atomics.store(flag, 0, 1)
    }
    return setInterval(look, LOOK_EVERY).unref()
  }

  /** Bounds columns one by one; `each` hears every bound as it is found. Ends at the time limit or when aborted. */
  async sweep(
    model: SparseModel,
    targets: readonly SweepTarget[],
    settings: SweepSettings,
    signal: AbortSignal,
    each: (bound: SweepBound) => void,
  ): Promise<void> {
    const flag: InterruptFlag = new Int32Array(new SharedArrayBuffer(4))
    const request: Request = { kind: 'sweep', model, targets, settings, flag }
    const reply = await this.#run(request, settings.seconds, signal, (message) => {
      if (message.kind === 'bound') each(message.bound)
    })
    if (reply.kind === 'failed') throw solverError(reply.message)
  }

  /**
   * Works through cases for `seconds`; `candidate` hears the solutions of open ones and stops the search by true. null
   * where the thread had to be ended or never came free: the cases are as they were.
   */
  async search(
    task: Pick<CasesRequest, 'caseModel' | 'cases' | 'seconds'>,
    signal: AbortSignal,
    candidate: (point: Float64Array) => boolean,
  ): Promise<CaseReport | null> {
    const flag: InterruptFlag = new Int32Array(new SharedArrayBuffer(4))
    const reply = await this.#run({ kind: 'cases', ...task, flag }, task.seconds + SEARCH_GRACE, signal, (message) => {
      if (message.kind === 'candidate' && candidate(message.point)) Atomics.store(flag, 0, 1)
    })
    if (reply.kind === 'failed') throw solverError(reply.message)
    return reply.kind === 'searched' ? reply.report : null
  }

  /** Ends every idle thread. */
  async close(): Promise<void> {
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
    await Promise.all(this.#idle.splice(0).map((worker) => worker.terminate()))
  }

  async #run(request: Request, seconds: number, signal: AbortSignal, hear: (reply: Reply) => void): Promise<LastReply> {
    const deadline = performance.now() + seconds * 1000
    const module = await this.#compiled()
    if (!(await this.#turn(seconds, signal))) return { kind: 'ended' }
    const worker = this.#take(module)
    let keep = false
    try {
      const reply = await converse(worker, request, (deadline - performance.now()) / 1000, signal, hear)
      keep = 'memoryBytes' in reply && reply.memoryBytes < RECYCLE_BYTES
      return reply
    } finally {
      this.#release(worker, keep)
    }
  }

  /** Waits for a free place, first come first served; false when the time ran out or the signal aborted first. */
  async #turn(seconds: number, signal: AbortSignal): Promise<boolean> {
    const limit = AbortSignal.any([
      signal,
      AbortSignal.timeout(Math.ceil(Math.min(Math.max(0, seconds) * 1000, 2 ** 31 - 1))),
    ])
    while (this.#busy >= this.size && !limit.aborted)
      await new Promise<void>((resolve) => {
        const leave = (): void => {
          const place = this.#waiting.indexOf(resolve)
          if (place >= 0) this.#waiting.splice(place, 1)
          resolve()
        }
        this.#waiting.push(resolve)
        limit.addEventListener('abort', leave, { once: true })
      })
    if (limit.aborted) return false
    this.#busy++
    return true
  }

  /** @throws EspalierError 'verify/solver' */
  #compiled(): Promise<WebAssembly.Module> {
    this.#module ??= compileHighs().catch((cause: unknown) => {
      throw solverError(`its code cannot be read: ${String(cause)}`)
    })
    return this.#module
  }

  #take(module: WebAssembly.Module): Worker {
    const worker = this.#idle.pop() ?? this.#fresh(module)
    clearTimeout(this.#timers.get(worker))
    worker.ref()
    return worker
  }

  /** A new thread that leaves the pool by itself when it dies while idle. */
  #fresh(module: WebAssembly.Module): Worker {
    const worker = this.#start(module)
    const leave = (): void => this.#retire(worker)
    return worker.on('error', leave).on('exit', leave)
  }

  #release(worker: Worker, keep: boolean): void {
    this.#busy--
    if (keep) {
      worker.unref()
      this.#idle.push(worker)
      const timer = setTimeout(() => this.#retire(worker), IDLE_MILLISECONDS)
      timer.unref()
      this.#timers.set(worker, timer)
    } else {
      void worker.terminate()
    }
    this.#waiting.shift()?.()
  }

  #retire(worker: Worker): void {
    const place = this.#idle.indexOf(worker)
    if (place < 0) return
    this.#idle.splice(place, 1)
    this.#timers.delete(worker)
    void worker.terminate()
  }
}

function startWorker(module: WebAssembly.Module): Worker {
  return new Worker(new URL('./worker.ts', import.meta.url), { workerData: module })
}

function solverError(message: string): EspalierError {
  return new EspalierError(
    'verify/solver',
    `HiGHS failed: ${message}`,
    'The problem may be too large for the solver; try the verifier `bab`, or prune the network first.',
  )
}
