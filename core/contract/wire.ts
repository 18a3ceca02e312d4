// How the Api travels: the reply envelope, the paths of `espalier serve`, and the policy every shell serves its pages with.
import type { ErrorData } from './errors.ts'
import type { ApiInput, ApiMethod, ApiOutput } from './api.ts'
import type { JobEvent } from './events.ts'
import type { FileHandle } from './files.ts'

/** `POST /api/<method>` with the input as JSON (`content-type: application/json`) answers a `WireReply`. */
export const apiPath = '/api/'

/** `POST /files?name=…` with a file as `application/octet-stream` answers a `WireReply` of its handle. */
export const filesPath = '/files'

/** WebSocket: every text message the server sends is one `JobEvent` as JSON; the client sends nothing. */
export const eventsPath = '/events'

/** `GET /?token=…` (one-time) sets the session cookie and redirects to `/#key=…`: pages never hold the token. */
export const tokenParameter = 'token'

/**
 * The page's own secret, beside the cookie: browsers send cookies of 127.0.0.1 to every port of it, but keep what a page
 * stores to its own. A call carries it in this header, the WebSocket as its second subprotocol.
 */
export const keyHeader = 'x-espalier-key'
export const keyFragment = '#key='
/** The first subprotocol of the WebSocket: the one that the server agrees to. */
export const eventsProtocol = 'espalier'

/** Errors cross as data: thrown classes survive neither JSON nor structured clone. */
export type WireReply<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ErrorData }

/** The content security policy of every page, `app://` and loopback alike. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** What the dialog of the system asks for: not all systems can ask for either at once. */
export type DataChoice = 'folder' | 'file'

/** What the preload puts on `window.espalier`: one function per method, the stream of events, and the way to hand in a file. */
export type Bridge = {
  readonly [M in ApiMethod]: (input: ApiInput<M>) => Promise<WireReply<ApiOutput<M>>>
} & {
  readonly subscribe: (listener: (event: JobEvent) => void) => () => void
  /** Asks a person for data in the dialog of the system; null where it was closed. */
  readonly chooseData: (what: DataChoice) => Promise<WireReply<FileHandle | null>>
  /** For files that a person dropped or chose: one that a page made has no path, and is refused. */
  readonly giveFile: (file: File) => Promise<WireReply<FileHandle>>
}
