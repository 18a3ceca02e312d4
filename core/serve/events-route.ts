// The WebSocket that carries job events to the windows; what a window sends is ignored.
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocket, WebSocketServer } from 'ws'
import type { JobEvent } from '../contract/events.ts'
import { eventsProtocol } from '../contract/wire.ts'

/** A window that lags this far behind is cut off; it reconnects and takes a snapshot. */
const bufferLimit = 16 * 1024 * 1024
const heartbeat = 30_000

export interface EventSockets {
  /** Takes over a connection that was checked before. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void
  close(): void
}

export function openEventSockets(subscribe: (listener: (event: JobEvent) => void) => () => void): EventSockets {
  const options = { noServer: true, maxPayload: 4_096, perMessageDeflate: false, handleProtocols: () => eventsProtocol }
  const server = new WebSocketServer(options)
  const alive = new WeakSet<WebSocket>()
  const unsubscribe = subscribe((event) => {
    if (server.clients.size === 0) return
    const text = JSON.stringify(event)
    for (const client of server.clients) {
      if (client.bufferedAmount > bufferLimit) client.terminate()
      else if (client.readyState === WebSocket.OPEN) client.send(text)
    }
  })
  server.on('connection', (client: WebSocket) => {
    alive.add(client)
    client.on('pong', () => alive.add(client))
    client.on('error', () => client.terminate())
  })
  const timer = setInterval(() => {
    for (const client of server.clients) {
      if (!alive.has(client)) client.terminate()
      alive.delete(client)
      client.ping()
    }
  }, heartbeat)
  timer.unref()
  return {
    accept: (request, socket, head) =>
      server.handleUpgrade(request, socket, head, (client) => server.emit('connection', client, request)),
    close() {
      clearInterval(timer)
      unsubscribe()
      for (const client of server.clients) client.terminate()
      server.close()
    },
  }
}
