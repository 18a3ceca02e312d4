// Short ids that people can type: a word for the kind, then eight letters and digits.
import { randomBytes } from 'node:crypto'

/** Crockford's base 32 in lower case: no i, l, o, u. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'

/** `run-7k3f9q2x`: forty random bits; the primary keys of the store catch the one-in-a-trillion repeat. */
export function createId(kind: 'job' | 'run' | 'net' | 'data'): string {
  const letters = Array.from(randomBytes(8), (byte) => alphabet[byte % alphabet.length])
  return `${kind}-${letters.join('')}`
}
