// The errors of certificates: what is wrong with a proof, and whose fault it is.
import { EspalierError } from '../contract/errors.ts'

/** The file is no certificate, or not a whole one. */
export function malformed(why: string): EspalierError {
  return new EspalierError(
    'certificate/corrupt',
    `The certificate cannot be read: ${why}.`,
    'Write it again with espalier verify --certificate.',
  )
}

/** The proof does not hold. */
export function unproved(what: string): EspalierError {
  return new EspalierError(
    'certificate/unproved',
    `The certificate does not prove its claim: ${what}.`,
    'The claim may still be true; verify again to obtain another proof.',
  )
}

/** The proof is about something else. */
export function foreign(what: string): EspalierError {
  return new EspalierError(
    'certificate/foreign',
    `The certificate is about ${what}.`,
    'Give the network and the property that it was written for.',
  )
}
