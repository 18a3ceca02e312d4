// Images that a person chooses in the dialog of the system: the page says whether a folder or a file, and gets a handle, no path.
import type { Dialog, IpcMain, OpenDialogOptions } from 'electron'
import { z } from 'zod'
import { toErrorData } from '../core/contract/errors.ts'
import { fileEndings, type FileHandle } from '../core/contract/files.ts'
import type { DataChoice, WireReply } from '../core/contract/wire.ts'
import { chooseChannel } from './channels.ts'
import { isTrusted, refused } from './ipc-router.ts'

/** What knows the files: core/app/files.ts. */
interface Desk {
  add(path: string): Promise<FileHandle>
  addFolder(path: string): Promise<FileHandle>
}

const choiceSchema = z.enum(['folder', 'file'])

const questions: Readonly<Record<DataChoice, OpenDialogOptions>> = {
  folder: { title: 'Choose a folder of images', properties: ['openDirectory'] },
  file: {
    title: 'Choose a file of images',
    properties: ['openFile'],
    filters: [{ name: 'Data', extensions: fileEndings.data.map((ending) => ending.slice(1)) }],
  },
}

/** One dialog at a time: a page that asks again while one is open is told that nothing was chosen. */
export function setupChooseData(
  ipcMain: Pick<IpcMain, 'handle'>,
  dialog: Pick<Dialog, 'showOpenDialog'>,
  desk: Desk,
): void {
  let open = false
  ipcMain.handle(chooseChannel, async (event, ...inputs: unknown[]): Promise<WireReply<FileHandle | null>> => {
    const what = choiceSchema.safeParse(inputs[0])
    if (!isTrusted(event.senderFrame) || inputs.length !== 1 || !what.success) return refused
    if (open) return { ok: true, value: null }
    open = true
    try {
      const { canceled, filePaths } = await dialog.showOpenDialog(questions[what.data])
      const path = canceled ? undefined : filePaths.at(0)
      if (path === undefined) return { ok: true, value: null }
      return { ok: true, value: await (what.data === 'folder' ? desk.addFolder(path) : desk.add(path)) }
    } catch (thrown) {
      return { ok: false, error: toErrorData(thrown) }
    } finally {
      open = false
    }
  })
}
