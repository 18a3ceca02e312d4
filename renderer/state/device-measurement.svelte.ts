// The measurement of the compute providers: the last one, or the one under way, watched until it is over.
import type { DeviceProbeState } from '../../core/contract/api.ts'
import { toErrorData, type ErrorData } from '../../core/contract/errors.ts'
import type { Connection } from '../client/connection.ts'

/** Milliseconds between two looks at a measurement under way. */
const interval = 300

export class DeviceMeasurement {
  state: DeviceProbeState | null = $state.raw(null)
  error: ErrorData | null = $state.raw(null)
  private readonly client: Connection
  private watching = false
  private closed = false

  /** Measures at once where nothing was measured since the core started. */
  constructor(client: Connection) {
    this.client = client
    void this.attempt(async () => {
      const known = await client.call('devices.state', {})
      const fresh = !known.running && known.devices.length === 0 && known.error === null
      this.state = fresh ? await client.call('devices.probe', {}) : known
    })
  }

  get running(): boolean {
    return this.error === null && (this.state?.running ?? true)
  }

  async start(): Promise<void> {
    await this.attempt(async () => {
      this.state = await this.client.call('devices.probe', {})
    })
  }

  close(): void {
    this.closed = true
  }

  private async attempt(ask: () => Promise<void>): Promise<void> {
    try {
      await ask()
      this.error = null
      await this.watch()
    } catch (thrown) {
      this.error = toErrorData(thrown)
    }
  }

  private async watch(): Promise<void> {
    if (this.watching) return
    this.watching = true
    try {
      while (this.state?.running === true && !this.closed) {
        await new Promise((resolve) => setTimeout(resolve, interval))
        this.state = await this.client.call('devices.state', {})
      }
    } finally {
      this.watching = false
    }
  }
}
