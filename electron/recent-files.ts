// Files opened from the menu: chosen in the system's dialog or among the recent ones, which the core keeps and the system is told of.
import type { App, Dialog, OpenDialogOptions } from 'electron'
import { fileEndings, type FileHandle } from '../core/contract/files.ts'

/** What knows the files: core/app/files.ts. */
interface RecentDesk {
  add(path: string): Promise<FileHandle>
  addFolder(path: string): Promise<FileHandle>
  list(): Promise<readonly FileHandle[]>
  forget(): Promise<void>
}

/** A desk that tells the system of every file it is given, and the menu of the recent ones. */
export class RecentFiles {
  readonly #system: Pick<App, 'addRecentDocument' | 'clearRecentDocuments'>
  readonly #desk: RecentDesk
  readonly #changed: (recent: readonly FileHandle[]) => void

  /** @param changed told the recent files, the newest first, after every change */
  constructor(
    system: Pick<App, 'addRecentDocument' | 'clearRecentDocuments'>,
    desk: RecentDesk,
    changed: (recent: readonly FileHandle[]) => void,
  ) {
    this.#system = system
    this.#desk = desk
    this.#changed = changed
  }

  /** As the desk's own. @throws EspalierError as it does; then nothing changes */
  async add(path: string): Promise<FileHandle> {
    const handle = await this.#desk.add(path)
    this.#system.addRecentDocument(path)
    await this.refresh()
    return handle
  }

  /** As the desk's own: folders are no recent files. */
  addFolder(path: string): Promise<FileHandle> {
    return this.#desk.addFolder(path)
  }

  async clear(): Promise<void> {
    this.#system.clearRecentDocuments()
    await this.#desk.forget()
    await this.refresh()
  }

  async refresh(): Promise<void> {
    this.#changed(await this.#desk.list())
  }
}

/** Extensions as dialogs want them, without a dot; compressed files are known by their last one. */
const extensions = (endings: readonly string[]): string[] => [
  ...new Set(endings.map((ending) => ending.slice(ending.lastIndexOf('.') + 1))),
]

const question: OpenDialogOptions = {
  title: 'Open a network, a property, or data',
  properties: ['openFile', 'multiSelections'],
  filters: [
    { name: 'All that Espalier reads', extensions: extensions(Object.values(fileEndings).flat()) },
    { name: 'Networks', extensions: extensions(fileEndings.network) },
    { name: 'Properties', extensions: extensions(fileEndings.property) },
    { name: 'Data', extensions: extensions(fileEndings.data) },
  ],
}

/** The paths that a person chooses; none where the dialog is closed. */
export async function chooseFiles(dialog: Pick<Dialog, 'showOpenDialog'>): Promise<readonly string[]> {
  const { canceled, filePaths } = await dialog.showOpenDialog(question)
  return canceled ? [] : filePaths
}
