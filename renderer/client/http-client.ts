// ApiClient over `espalier serve`: POST for calls, one WebSocket for events that reconnects by itself.
import type { ApiInput, ApiMethod, ApiOutput } from '../../core/contract/api.ts'
import { EspalierError, toErrorData } from '../../core/contract/errors.ts'
import { jobEventSchema, type JobEvent } from '../../core/contract/events.ts'
import type { FileHandle } from '../../core/contract/files.ts'
import { apiPath, eventsPath, eventsProtocol, filesPath, keyHeader, type WireReply } from '../../core/contract/wire.ts'
import { type Connection, type Line, unwrap } from './connection.ts'

/** What the client needs of the browser; tests pass doubles. */
export interface HttpEnvironment {
  readonly origin: string
  /** What the sign-in link left for this origin last: read each time, for another page may have been signed in since. */
  readonly key: () => string
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>
  readonly openSocket: (url: string, protocols: string[]) => WebSocket
  readonly later: (action: () => void, milliseconds: number) => void
}

/** Milliseconds in which a server on this machine, or at the end of a tunnel, says whether it is there. */
const patience = 5_000

const unreachable = () =>
  new EspalierError(
    'internal',
    'Espalier does not answer.',
    'If it was stopped, start it with `npm start` or `npx espalier serve`, and open the link that it prints.',
  )

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
  readonly choose = null
  private readonly environment: HttpEnvironment
  private readonly listeners = new Set<(event: JobEvent) => void>()
  private readonly lineListeners = new Set<(line: Line) => void>()
  private line: Line = 'up'
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

  private async post<T>(path: string, type: string, body: string | File, signal?: AbortSignal): Promise<T> {
    const headers = { 'content-type': type, [keyHeader]: this.environment.key() }
    const init = { method: 'POST', headers, body, ...(signal && { signal }) }
    const response = await this.environment.fetch(path, init).catch(() => {
      throw unreachable()
    })
    return unwrap(await readReply<T>(response))
  }

  subscribe(listener: (event: JobEvent) => void): () => void {
    this.listeners.add(listener)
    if (this.socket === null) this.connect()
    return () => this.listeners.delete(listener)
  }

  onLine(listener: (line: Line) => void): () => void {
    this.lineListeners.add(listener)
    return () => this.lineListeners.delete(listener)
  }

  private connect(): void {
    const { origin } = this.environment
    const key = this.environment.key()
    const socket = this.environment.openSocket(
      origin.replace(/^http/, 'ws') + eventsPath,
      key === '' ? [eventsProtocol] : [eventsProtocol, key],
    )
    this.socket = socket
    socket.addEventListener('open', () => {
      this.attempts = 0
      this.tell('up')
    })
    socket.addEventListener('message', (message) => {
      const event = jobEventSchema.safeParse(JSON.parse(String(message.data)))
      if (event.success) for (const listener of this.listeners) listener(event.data)
    })
    socket.addEventListener('close', () => void this.mend())
  }

  /** A socket does not say why it was refused; a call does. Then tries again. */
  private async mend(): Promise<void> {
    if (this.line === 'up') this.tell('lost')
    this.tell(await this.ask())
    this.attempts += 1
    this.environment.later(() => this.connect(), Math.min(5_000, 250 * 2 ** this.attempts))
  }

  private async ask(): Promise<Exclude<Line, 'up'>> {
    try {
      await this.post(`${apiPath}app.info`, 'application/json', '{}', AbortSignal.timeout(patience))
      return 'lost'
    } catch (thrown) {
      return toErrorData(thrown).code === 'api/unauthorised' ? 'signed-out' : 'silent'
    }
  }

  private tell(line: Line): void {
    if (line === this.line) return
    this.line = line
    for (const listener of this.lineListeners) listener(line)
  }
}
