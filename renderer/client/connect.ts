// Chooses the transport: the preload's bridge inside Electron, HTTP and a WebSocket in a browser.
import type { Bridge } from '../../core/contract/wire.ts'
import { BridgeClient } from './bridge-client.ts'
import type { Connection } from './connection.ts'
import { HttpClient } from './http-client.ts'
import { keptKey, takeKey } from './key.ts'

declare global {
  interface Window {
    readonly espalier?: Bridge
  }
}

export function connect(window: Window): Connection {
  if (window.espalier !== undefined) return new BridgeClient(window.espalier)
  takeKey(window)
  return new HttpClient({
    origin: window.location.origin,
    key: () => keptKey(window),
    fetch: (url, init) => window.fetch(url, init),
    openSocket: (url, protocols) => new WebSocket(url, protocols),
    later: (action, milliseconds) => window.setTimeout(action, milliseconds),
  })
}
