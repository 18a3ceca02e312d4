// The names of the IPC channels: one per method of the Api, and one for events.
import type { ApiMethod } from '../core/contract/api.ts'

export function channelOf(method: ApiMethod): string {
  return `espalier:call:${method}`
}

export const eventsChannel = 'espalier:event'

/** Asks a person for a folder or file of data, in the dialog of the system. */
export const chooseChannel = 'espalier:choose'

/** The path of one file, from the preload; never from the page. */
export const filesChannel = 'espalier:file'
