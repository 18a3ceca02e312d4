// Measures the compute providers in a process of its own: one that crashes or hangs costs itself, not the core and not the others.
import type { Device, DeviceProbeState } from '../../contract/api.ts'
import type { JobLauncher, JobProcess } from '../launcher.ts'
import { fromChildSchema, type FromChild } from '../protocol.ts'

export interface DeviceProbeOptions {
  readonly launcher: JobLauncher
  /** Milliseconds one provider may take. Default two minutes: on a busy machine a software renderer is slow. */
  readonly limit?: number
  /** Providers left out. */
  readonly skip?: readonly string[]
  /** Called whenever the state changes. */
  readonly onChange?: (state: DeviceProbeState) => void
}

const idle: DeviceProbeState = { running: false, devices: [], measuring: null, total: null, error: null }

export class DeviceProbe {
  readonly #options: DeviceProbeOptions
  #state = idle
  #process: JobProcess | null = null
  #finished: Promise<void> = Promise.resolve()
  #closed = false

  constructor(options: DeviceProbeOptions) {
    this.#options = options
  }

  get state(): DeviceProbeState {
    return this.#state
  }

  /** Resolves when the measurement under way is over; never rejects. */
  get finished(): Promise<void> {
    return this.#finished
  }

  /** Starts a measurement unless one is under way. */
  start(): DeviceProbeState {
    if (!this.#state.running && !this.#closed) {
      this.#change({ ...idle, running: true })
      this.#finished = this.#measureAll().finally(() => this.#change({ running: false, measuring: null }))
    }
    return this.#state
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    this.#closed = true
    this.#process?.kill()
    await this.#finished
  }

  /** A process that ends early is replaced by one that goes on behind the provider that ended it. */
  async #measureAll(): Promise<void> {
    for (;;) {
      const reported = this.#state.devices.map(({ provider }) => provider)
      const lost = await this.#measureIn(this.#options.launcher(), [...(this.#options.skip ?? []), ...reported])
      if (lost === null || this.#closed) return
      const { measuring } = this.#state
      if (measuring === null) {
        this.#change({ error: { code: 'engine/failed', message: lost, hint: 'Measure again; if it happens again, look for a lack of memory.' } }) // prettier-ignore
        return
      }
      this.#change({ devices: [...this.#state.devices, unavailable(measuring, lost)], measuring: null })
    }
  }

  /** Resolves when the process has ended: null where it had told everything, else what became of it. */
  #measureIn(process: JobProcess, skip: readonly string[]): Promise<string | null> {
    const { limit = 120_000 } = this.#options
    this.#process = process
    return new Promise((resolve) => {
      let complete = false
      let late = false
      const expire = (): void => {
        late = true
        process.kill()
      }
      let timer = setTimeout(expire, limit)
      process.onMessage((message) => {
        clearTimeout(timer)
        timer = setTimeout(expire, limit)
        const parsed = fromChildSchema.safeParse(message)
        if (!parsed.success) return
        complete ||= parsed.data.type === 'end' && parsed.data.outcome === 'done'
        this.#hear(parsed.data, process, skip)
      })
      process.onExit(({ code, errorOutput }) => {
        clearTimeout(timer)
        resolve(complete ? null : late ? `It did not answer within ${limit / 1000} s.` : crash(code, errorOutput))
      })
    })
  }

  #hear(message: FromChild, process: JobProcess, skip: readonly string[]): void {
    if (message.type === 'ready') process.send({ type: 'probe', skip: [...skip] })
    else if (message.type === 'measuring') this.#change({ measuring: message.provider, total: message.total })
    else if (message.type === 'device')
      this.#change({ devices: [...this.#state.devices, message.device], measuring: null })
  }

  #change(change: Partial<DeviceProbeState>): void {
    this.#state = { ...this.#state, ...change }
    this.#options.onChange?.(this.#state)
  }
}

function crash(code: number | null, errorOutput: string): string {
  const said = errorOutput.trim().split('\n').at(-1) ?? ''
  const how = code === null ? 'The process that measured it was ended by the system' : `The process that measured it ended with code ${code}` // prettier-ignore
  return `${how}${said === '' ? '' : `: ${said}`}.`
}

function unavailable(provider: string, reason: string): Device {
  return {
    ...{ provider, available: false, software: false, adapter: '', selfTest: 'not-run', reason },
    ...{ matmulGflops: null, convGflops: null },
  }
}
