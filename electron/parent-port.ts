// Electron's parent port in the shape that core/jobs speaks.
import { setTimeout as wait } from 'node:timers/promises'
import type { ParentPort as ElectronParentPort } from 'electron'
import type { ParentPort } from '../core/jobs/child-main.ts'

/** Electron does not say when a message has left; this is ample for the last one. */
const flushMilliseconds = 250

export function parentPortOf(port: Pick<ElectronParentPort, 'postMessage' | 'on'>): ParentPort {
  return {
    send: (message) => port.postMessage(message),
    onMessage: (listener) => port.on('message', (event) => listener(event.data)),
    // When the main process ends, Electron ends its utility processes with it: there is nothing to hear.
    onClose: () => undefined,
    flushed: () => wait(flushMilliseconds),
  }
}
