// Files that were dropped on the window or chosen in its dialog: the preload finds their paths, the page gets handles only.
import type { IpcMain } from 'electron'
import { z } from 'zod'
import { toErrorData } from '../core/contract/errors.ts'
import type { FileHandle } from '../core/contract/files.ts'
import type { WireReply } from '../core/contract/wire.ts'
import { filesChannel } from './channels.ts'
import { isTrusted, refused } from './ipc-router.ts'

/** What knows the files: core/app/files.ts. */
interface Desk {
  add(path: string): Promise<FileHandle>
}

const pathSchema = z.string().min(1).max(32_768)

export function setupFiles(ipcMain: Pick<IpcMain, 'handle'>, desk: Desk): void {
  ipcMain.handle(filesChannel, async (event, ...inputs: unknown[]): Promise<WireReply<FileHandle>> => {
    const path = pathSchema.safeParse(inputs[0])
    if (!isTrusted(event.senderFrame) || inputs.length !== 1 || !path.success) return refused
    try {
      return { ok: true, value: await desk.add(path.data) }
    } catch (thrown) {
      return { ok: false, error: toErrorData(thrown) }
    }
  })
}

/** The place of the app that shows files: `#/check?network=…&property=…`, or the data screen for data. */
export async function placeOfFiles(desk: Desk, paths: readonly string[]): Promise<string> {
  const handles: FileHandle[] = []
  for (const path of paths) handles.push(await desk.add(path))
  return placeOfHandles(handles)
}

/** The same of files that were given before. */
export function placeOfHandles(handles: readonly FileHandle[]): string {
  const last = (kind: FileHandle['kind']) => handles.findLast((handle) => handle.kind === kind)?.id
  const data = last('data')
  if (data !== undefined) return `#/data?file=${data}`
  const query = (['network', 'property'] as const).flatMap((kind) => (last(kind) ? [`${kind}=${last(kind)}`] : []))
  return `#/check?${query.join('&')}`
}
