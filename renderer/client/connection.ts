// The renderer's one way to the core: calls, events, and whether the line is up; transports implement it.
import type { ApiClient } from '../../core/contract/api.ts'
import { EspalierError } from '../../core/contract/errors.ts'
import type { FileHandle } from '../../core/contract/files.ts'
import type { DataChoice, WireReply } from '../../core/contract/wire.ts'

/**
 * `lost`: a moment ago, it is being tried again. `silent`: nothing answers any more. `signed-out`: what answers does not know
 * this page, as a server that was started anew.
 */
export type Line = 'up' | 'lost' | 'silent' | 'signed-out'

export interface Connection extends ApiClient {
  /** Hands in a file that a person dropped or chose. @throws EspalierError 'files/kind' and others */
  give(file: File): Promise<FileHandle>
  /** Asks a person for data in the dialog of the system, null where it was closed; a browser has no such dialog. */
  readonly choose: ((what: DataChoice) => Promise<FileHandle | null>) | null
  /** Called whenever the line changed; events before it was up again were missed. */
  onLine(listener: (line: Line) => void): () => void
}

/** The value of a reply, or its error thrown as the project's own class. */
export function unwrap<T>(reply: WireReply<T>): T {
  if (reply.ok) return reply.value
  throw new EspalierError(reply.error.code, reply.error.message, reply.error.hint)
}
