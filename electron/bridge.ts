// What the preload exposes: one named function per method, the stream of events, files; no channel name or path crosses to the page.
import type { IpcRenderer, WebUtils } from 'electron'
import type { ApiMethod } from '../core/contract/api.ts'
import type { JobEvent } from '../core/contract/events.ts'
import type { Bridge, DataChoice, WireReply } from '../core/contract/wire.ts'
import type { FileHandle } from '../core/contract/files.ts'
import { channelOf, chooseChannel, eventsChannel, filesChannel } from './channels.ts'

export function createBridge(
  ipc: Pick<IpcRenderer, 'invoke' | 'on' | 'off'>,
  { getPathForFile }: Pick<WebUtils, 'getPathForFile'>,
  methods: readonly ApiMethod[],
): Bridge {
  const calls = methods.map((method) => [method, (input: unknown) => ipc.invoke(channelOf(method), input)] as const)
  const subscribe = (listener: (event: JobEvent) => void): (() => void) => {
    // The page gets the event alone, never Electron's own event with its sender.
    const forward = (_event: unknown, event: JobEvent): void => listener(event)
    ipc.on(eventsChannel, forward)
    return () => ipc.off(eventsChannel, forward)
  }
  /** Electron knows the path of a file that a person dropped or chose, and of no other. */
  const giveFile = async (file: File): Promise<WireReply<FileHandle>> => {
    const path = pathOf(getPathForFile, file)
    return path === '' ? notChosen : (ipc.invoke(filesChannel, path) as Promise<WireReply<FileHandle>>)
  }
  const chooseData = (what: DataChoice) => ipc.invoke(chooseChannel, what) as Promise<WireReply<FileHandle | null>>
  return { ...Object.fromEntries(calls), subscribe, chooseData, giveFile } as Bridge
}

function pathOf(getPathForFile: WebUtils['getPathForFile'], file: File): string {
  try {
    return getPathForFile(file)
  } catch {
    return ''
  }
}

const notChosen: WireReply<never> = {
  ok: false,
  error: {
    code: 'files/handle',
    message: 'This is no file on this computer.',
    hint: 'Drop a file from a folder, or choose it.',
  },
}
