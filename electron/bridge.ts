// What the preload exposes: one named function per method and the stream of events; no channel name crosses to the page.
import type { IpcRenderer } from 'electron'
import type { ApiMethod } from '../core/contract/api.ts'
import type { JobEvent } from '../core/contract/events.ts'
import type { Bridge } from '../core/contract/wire.ts'
import { channelOf, eventsChannel } from './channels.ts'

export function createBridge(ipc: Pick<IpcRenderer, 'invoke' | 'on' | 'off'>, methods: readonly ApiMethod[]): Bridge {
  const calls = methods.map((method) => [method, (input: unknown) => ipc.invoke(channelOf(method), input)] as const)
  const subscribe = (listener: (event: JobEvent) => void): (() => void) => {
    // The page gets the event alone, never Electron's own event with its sender.
    const forward = (_event: unknown, event: JobEvent): void => listener(event)
    ipc.on(eventsChannel, forward)
    return () => ipc.off(eventsChannel, forward)
  }
  return { ...Object.fromEntries(calls), subscribe } as Bridge
}
