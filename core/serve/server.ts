// `espalier serve`: the same interface and the same Api as the app, in a browser, on loopback only.
import { createServer, STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { App } from '../app.ts'
import { EspalierError, toErrorData } from '../contract/errors.ts'
import {
  apiPath,
  eventsPath,
  eventsProtocol,
  filesPath,
  keyFragment,
  keyHeader,
  tokenParameter,
} from '../contract/wire.ts'
import { answerCall, sendRefusal } from './api-route.ts'
import { openEventSockets, type EventSockets } from './events-route.ts'
import { resolveFile, sendFile } from './files.ts'
import { checkHost, checkOrigin } from './guard.ts'
import { setSecurityHeaders } from './headers.ts'
import { isOwnUser } from './peer.ts'
import { Sessions } from './session.ts'
import { answerUpload } from './upload-route.ts'

const loopback = '127.0.0.1'

export interface ServeOptions {
  readonly app: Pick<App, 'api' | 'subscribe'> & { readonly files: Pick<App['files'], 'receive'> }
  /** The folder with the built interface. */
  readonly root: string
  /** 0: any free port. */
  readonly port: number
  /** Told when a link was used: it does not work again, `link` gives the next. */
  onLinkUsed?(): void
}

export interface RunningServer {
  readonly port: number
  /** The link that opens the interface, once. */
  link(): string
  close(): Promise<void>
}

/** @throws EspalierError `input/unreadable` where the port is taken */
export async function startServer(options: ServeOptions): Promise<RunningServer> {
  const server = createServer()
  await listen(server, options.port)
  const { port } = server.address() as AddressInfo
  const sessions = new Sessions(port)
  const sockets = openEventSockets((listener) => options.app.subscribe(listener))
  server.on('request', (request, response) => {
    answer(options, sessions, request, response).catch((thrown: unknown) => {
      if (response.headersSent) response.destroy()
      else sendRefusal(request, response, toErrorData(thrown))
    })
  })
  server.on('upgrade', (request, socket, head) => upgrade(sessions, sockets, request, socket, head))
  return {
    port,
    link: () => `http://${loopback}:${port}/?${tokenParameter}=${sessions.token}`,
    close: () =>
      new Promise((resolve) => {
        sockets.close()
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer(
  options: ServeOptions,
  sessions: Sessions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  setSecurityHeaders(response)
  checkHost(request)
  const url = URL.parse(request.url ?? '/', `http://${loopback}`)
  if (url === null) throw new EspalierError('api/invalid', 'The address is not well formed.', 'Go back to /.')
  const token = url.searchParams.get(tokenParameter)
  if (url.pathname === '/' && token !== null) {
    if (!(await isOwnUser(request.socket))) throw unauthorised()
    enter(options, sessions, token, request, response)
    return
  }
  if (!sessions.admits(request.headers.cookie)) throw unauthorised()
  if (url.pathname.startsWith(apiPath) || url.pathname === filesPath) {
    if (request.method !== 'POST') throw new EspalierError('api/invalid', 'Calls are POST requests.', 'Use POST.')
    checkOrigin(request)
    if (!sessions.holds(request.headers[keyHeader]?.toString())) throw unauthorised()
    if (url.pathname === filesPath)
      return answerUpload(options.app.files, url.searchParams.get('name') ?? '', request, response)
    return answerCall(options.app.api, url.pathname.slice(apiPath.length), request, response)
  }
  const reads = request.method === 'GET' || request.method === 'HEAD'
  const file = reads ? await resolveFile(options.root, url.pathname) : null
  if (file === null) throw new EspalierError('api/unknown', `There is nothing at ${url.pathname}.`, 'Go back to /.')
  return sendFile(response, file, request.method === 'GET')
}

/** The printed link: sets the cookie and goes to a page whose address holds its key, which the page takes out, and no token. */
function enter(
  options: ServeOptions,
  sessions: Sessions,
  token: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const admission = sessions.exchange(token)
  if (admission === null && !sessions.admits(request.headers.cookie)) throw unauthorised()
  response.writeHead(303, {
    location: admission === null ? '/' : `/${keyFragment}${admission.key}`,
    'cache-control': 'no-store',
    ...(admission === null ? {} : { 'set-cookie': admission.cookie }),
  })
  response.end()
  if (admission !== null) options.onLinkUsed?.()
}

function upgrade(
  sessions: Sessions,
  sockets: EventSockets,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  // A browser that gives up while it is being refused resets the connection: nobody's error.
  socket.on('error', () => socket.destroy())
  try {
    checkHost(request)
    checkOrigin(request)
    const [protocol, key] = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim())
    const known = protocol === eventsProtocol && sessions.holds(key) && sessions.admits(request.headers.cookie)
    if (request.url !== eventsPath || !known) throw unauthorised()
    sockets.accept(request, socket, head)
  } catch {
    socket.end(`HTTP/1.1 401 ${STATUS_CODES[401] ?? ''}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
  }
}

function unauthorised(): EspalierError {
  return new EspalierError(
    'api/unauthorised',
    'This browser is not signed in.',
    'Open the link that `espalier serve` printed last; every link works once.',
  )
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const taken = cause.code === 'EADDRINUSE' || cause.code === 'EACCES'
      const hint = taken
        ? 'Choose another with --port, or leave it out for any free one.'
        : 'Check the network settings.'
      reject(new EspalierError('input/unreadable', `Port ${port} cannot be opened: ${cause.message}`, hint, { cause }))
    })
    server.listen(port, loopback, () => resolve())
  })
}
