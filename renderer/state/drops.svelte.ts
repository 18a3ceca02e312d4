// Files dropped anywhere on the window: handed to the core one after another, then shown where they belong.
import { toErrorData, type ErrorData } from '../../core/contract/errors.ts'
import type { FileHandle } from '../../core/contract/files.ts'
import type { Connection } from '../client/connection.ts'
import { placeOf } from '../logic/files.ts'
import type { Router } from './router.svelte.ts'

export class Drops {
  /** Files are held over the window. */
  over = $state(false)
  /** The file that is being handed in. */
  giving: string | null = $state(null)
  error: ErrorData | null = $state.raw(null)
  private readonly client: Connection
  private readonly router: Router
  /** Elements entered and not left: a drag tells of each of them. */
  private depth = 0

  constructor(window: Window, client: Connection, router: Router) {
    this.client = client
    this.router = router
    const listen = (type: 'dragenter' | 'dragover' | 'dragleave' | 'drop', change: (depth: number) => number): void =>
      window.addEventListener(type, (event) => {
        if (!event.dataTransfer?.types.includes('Files')) return
        event.preventDefault()
        this.depth = change(this.depth)
        this.over = this.depth > 0
        if (type === 'drop') void this.take([...event.dataTransfer.files])
      })
    listen('dragenter', (depth) => depth + 1)
    listen('dragover', (depth) => Math.max(depth, 1))
    listen('dragleave', (depth) => Math.max(0, depth - 1))
    listen('drop', () => 0)
  }

  /** Hands the files in, and shows them. What is refused is told; the others go on. */
  async take(files: readonly File[]): Promise<readonly FileHandle[]> {
    this.error = null
    const handles: FileHandle[] = []
    for (const file of files) {
      this.giving = file.name
      try {
        handles.push(await this.client.give(file))
      } catch (thrown) {
        this.error = toErrorData(thrown)
      }
    }
    this.giving = null
    const place = placeOf(handles, this.router.route)
    if (place !== null) this.router.go(place)
    return handles
  }
}
