// The typed IPC router: one channel per method; every call's sender and input are checked before the core sees it.
import type { IpcMain, IpcMainInvokeEvent } from 'electron'
import { apiSchemas, type Api } from '../core/contract/api.ts'
import { dispatch, isApiMethod } from '../core/contract/dispatch.ts'
import type { WireReply } from '../core/contract/wire.ts'
import { channelOf } from './channels.ts'
import { isAppUrl } from './origin.ts'

/** Methods without a channel are refused by Electron itself: nothing handles them. */
export function setupIpcRouter(ipcMain: Pick<IpcMain, 'handle'>, api: Api): void {
  for (const method of Object.keys(apiSchemas).filter(isApiMethod)) {
    ipcMain.handle(channelOf(method), (event, ...inputs: unknown[]) => {
      if (!isTrusted(event.senderFrame) || inputs.length !== 1) return refused
      return dispatch(api, method, inputs[0])
    })
  }
}

/** Only the top frame of a window that shows our own page may call. */
export function isTrusted(
  frame: Pick<NonNullable<IpcMainInvokeEvent['senderFrame']>, 'url' | 'parent'> | null,
): boolean {
  return frame !== null && frame.parent === null && isAppUrl(frame.url)
}

/** The answer to callers that are not our page. */
export const refused: WireReply<never> = {
  ok: false,
  error: {
    code: 'api/unauthorised',
    message: 'A call from a page that is not ours is refused.',
    hint: 'Only the window of Espalier may call its core.',
  },
}
