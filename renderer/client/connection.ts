// The renderer's one way to the core: calls, events, and whether the line is up; transports implement it.
import type { ApiClient } from '../../core/contract/api.ts'
import { EspalierError } from '../../core/contract/errors.ts'
import type { FileHandle } from '../../core/contract/files.ts'
import type { WireReply } from '../../core/contract/wire.ts'

export interface Connection extends ApiClient {
  /** Hands in a file that a person dropped or chose. @throws EspalierError 'files/kind' and others */
  give(file: File): Promise<FileHandle>
  /** Called with false when the line is lost and with true when it is back; events in between were missed. */
  onLine(listener: (up: boolean) => void): () => void
}

/** The value of a reply, or its error thrown as the project's own class. */
export function unwrap<T>(reply: WireReply<T>): T {
  if (reply.ok) return reply.value
  throw new EspalierError(reply.error.code, reply.error.message, reply.error.hint)
}
