// Which requests are answered at all: only those a browser on this machine sends for our own page.
import type { IncomingMessage } from 'node:http'
import { EspalierError } from '../contract/errors.ts'

const loopbackNames = new Set(['127.0.0.1', 'localhost', '[::1]'])

/**
 * Refuses names other than loopback ones (DNS rebinding). Any port is allowed: with `ssh -L` it is not ours.
 * @throws EspalierError `api/unauthorised`
 */
export function checkHost(request: IncomingMessage): void {
  const host = request.headers.host ?? ''
  const name = host.replace(/:\d+$/, '')
  if (loopbackNames.has(name)) return
  throw new EspalierError(
    'api/unauthorised',
    `The host '${name}' is not this machine.`,
    'Open the printed link: it names 127.0.0.1 (over ssh, forward the port and use localhost).',
  )
}

/**
 * Refuses calls that another page makes: the Origin must be our own. Browsers always send it with POST and WebSocket.
 * @throws EspalierError `api/unauthorised`
 */
export function checkOrigin(request: IncomingMessage): void {
  const { origin, host } = request.headers
  if (origin !== undefined && host !== undefined && origin === `http://${host}`) return
  throw new EspalierError(
    'api/unauthorised',
    `A call from '${origin ?? 'nowhere'}' is refused.`,
    'Only the page that this server serves may call it.',
  )
}
