// ApiClient over `espalier serve`: POST for calls, one WebSocket for events that reconnects by itself.
import type { ApiInput, ApiMethod, ApiOutput } from '../../core/contract/api.ts'
import { EspalierError } from '../../core/contract/errors.ts'
import { jobEventSchema, type JobEvent } from '../../core/contract/events.ts'
import type { FileHandle } from '../../core/contract/files.ts'
import { apiPath, eventsPath, eventsProtocol, filesPath, keyHeader, type WireReply } from '../../core/contract/wire.ts'
import { type Connection, unwrap } from './connection.ts'

/** What the client needs of the browser; tests pass doubles. */
export interface HttpEnvironment {
  readonly origin: string
  /** What the sign-in link left for this page. */
  readonly key: string
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>
  readonly openSocket: (url: string, protocols: string[]) => WebSocket
  readonly later: (action: () => void, milliseconds: number) => void
}

const unreachable = () =>
  new EspalierError('internal', 'Espalier does not answer.', 'Is `espalier serve` still running? Start it again.')

async function readReply<T>(response: Response): Promise<WireReply<T>> {
  try {
    return (await response.json()) as WireReply<T>
  } catch {
    throw new EspalierError(
      'internal',
      `Unexpected answer (HTTP ${response.status}).`,
      'Open the link that `espalier serve` printed.',
    )
  }
}

export class HttpClient implements Connection {
  private readonly environment: HttpEnvironment
  private readonly listeners = new Set<(event: JobEvent) => void>()
  private readonly lineListeners = new Set<(up: boolean) => void>()
  private socket: WebSocket | null = null
  private attempts = 0

  constructor(environment: HttpEnvironment) {
    this.environment = environment
  }

  async call<M extends ApiMethod>(method: M, input: ApiInput<M>): Promise<ApiOutput<M>> {
    return this.post<ApiOutput<M>>(apiPath + method, 'application/json', JSON.stringify(input))
  }

  give(file: File): Promise<FileHandle> {
    return this.post(`${filesPath}?name=${encodeURIComponent(file.name)}`, 'application/octet-stream', file)
  }

  private async post<T>(path: string, type: string, body: string | File): Promise<T> {
    const headers = { 'content-type': type, [keyHeader]: this.environment.key }
    const response = await this.environment.fetch(path, { method: 'POST', headers, body }).catch(() => {
      throw unreachable()
    })
    return unwrap(await readReply<T>(response))
  }

  subscribe(listener: (event: JobEvent) => void): () => void {
    this.listeners.add(listener)
    if (this.socket === null) this.connect()
    return () => this.listeners.delete(listener)
  }

  onLine(listener: (up: boolean) => void): () => void {
    this.lineListeners.add(listener)
    return () => this.lineListeners.delete(listener)
  }

  private connect(): void {
    const { origin, key } = this.environment
    const socket = this.environment.openSocket(
      origin.replace(/^http/, 'ws') + eventsPath,
      key === '' ? [eventsProtocol] : [eventsProtocol, key],
    )
    this.socket = socket
    socket.addEventListener('open', () => {
      if (this.attempts > 0) this.tellLine(true)
      this.attempts = 0
    })
    socket.addEventListener('message', (message) => {
      const event = jobEventSchema.safeParse(JSON.parse(String(message.data)))
      if (event.success) for (const listener of this.listeners) listener(event.data)
    })
    socket.addEventListener('close', () => {
      if (this.attempts === 0) this.tellLine(false)
      this.attempts += 1
      this.environment.later(() => this.connect(), Math.min(5_000, 250 * 2 ** this.attempts))
    })
  }

  private tellLine(up: boolean): void {
    for (const listener of this.lineListeners) listener(up)
  }
}
