// Memory that cannot be had while a file is read, as an error about the file.
import { EspalierError } from '../contract/errors.ts'

/** What JavaScript engines and Node say when an array, a buffer or a string gets no memory. */
const refusals = /allocat|Invalid (typed )?array (buffer )?length|Invalid string length|string longer than/i

/** Runs `read`; where the system has no memory for it, throws EspalierError 'data/too-large' about `what`. */
export async function withinMemory<T>(what: string, read: () => T | Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (cause) {
    if (!(cause instanceof Error) || cause instanceof EspalierError || !refusals.test(cause.message)) throw cause
    throw new EspalierError(
      'data/too-large',
      `${what} needs more memory than this computer gives.`,
      'Check that this is the file you meant; close other programs, or use a computer with more memory.',
      { cause },
    )
  }
}
