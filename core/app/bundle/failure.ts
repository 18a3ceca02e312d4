// The errors of bundles: not one at all, or one whose parts do not follow from each other.
import { EspalierError } from '../../contract/errors.ts'

/** The archive or folder cannot be read as a bundle. */
export function unreadable(path: string, why: string, cause?: unknown): EspalierError {
  return new EspalierError(
    'bundle/corrupt',
    `${path} is no reviewer's bundle that can be read: ${why}.`,
    'Ask for it again, or write it again with espalier report RUN --bundle FILE.zip.',
    { cause },
  )
}

/** A part is not what the rest of the bundle says. */
export function altered(what: string): EspalierError {
  return new EspalierError(
    'bundle/altered',
    `The bundle was altered after it was made: ${what}.`,
    'Do not rely on it; ask for it again from its source.',
  )
}
