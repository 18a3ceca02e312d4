// Files that the system asks Espalier to open: in the arguments of a start, of a second start, or by macOS' own event.
import { isAbsolute, resolve } from 'node:path'
import type { App } from 'electron'
import { fileEndings } from '../core/contract/files.ts'

/** The kinds that the packages are registered for (build/file-associations.ts), compressed or not. */
const openableEndings = [...fileEndings.network, ...fileEndings.property]

const openable = (path: string): boolean => openableEndings.some((ending) => path.toLowerCase().endsWith(ending))

/**
 * The files among the arguments of a start, as absolute paths. Flags, the program, and everything else are left out.
 * @param directory where that start was made
 */
export function filesAmong(args: readonly string[], directory: string): string[] {
  return args
    .slice(1)
    .filter((one) => !one.startsWith('-') && openable(one))
    .map((one) => (isAbsolute(one) ? one : resolve(directory, one)))
}

/** To be called before the app is ready: macOS tells of the files of the first start at once. */
export function setupOpenFiles(app: Pick<App, 'on'>, opened: (paths: readonly string[]) => void): void {
  app.on('second-instance', (_event, args, directory) => {
    const files = filesAmong(args, directory)
    if (files.length > 0) opened(files)
  })
  app.on('open-file', (event, path) => {
    event.preventDefault()
    if (openable(path)) opened([path])
  })
}

/** Keeps the files that come before there is a window to show them in. */
export class WaitingFiles {
  readonly #waiting: string[]
  #show: ((paths: readonly string[]) => void) | null = null

  /** @param first those of the start itself */
  constructor(first: readonly string[]) {
    this.#waiting = [...first]
  }

  add(paths: readonly string[]): void {
    if (this.#show === null) this.#waiting.push(...paths)
    else this.#show(paths)
  }

  /** Shows what has come, together, and from then on everything at once. */
  showBy(show: (paths: readonly string[]) => void): void {
    this.#show = show
    if (this.#waiting.length > 0) show(this.#waiting.splice(0))
  }
}
