// Seeded damage to files, for tests that parsers answer it with coded errors.
import { EspalierError } from '../../core/contract/errors.ts'
import type { SeededRandom } from '../../core/data/random.ts'

/** A copy of `bytes` with one to four of: bytes changed, a run removed, doubled or overwritten, the end cut off. */
export function mutated(bytes: Uint8Array, random: SeededRandom): Uint8Array<ArrayBuffer> {
  let result = Uint8Array.from(bytes)
  for (let change = 1 + pick(random, 4); change > 0; change--) result = changed(result, random)
  return result
}

function changed(bytes: Uint8Array<ArrayBuffer>, random: SeededRandom): Uint8Array<ArrayBuffer> {
  const at = pick(random, bytes.length + 1)
  const end = Math.min(bytes.length, at + 1 + pick(random, 16))
  switch (pick(random, 6)) {
    case 0:
      return bytes.map((byte, i) => (i === at ? byte ^ (1 << pick(random, 8)) : byte))
    case 1:
      return bytes.map((byte, i) => (i >= at && i < end ? pick(random, 256) : byte))
    case 2:
      return Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(end)])
    case 3:
      return Uint8Array.from([...bytes.subarray(0, end), ...bytes.subarray(at)])
    case 4:
      return bytes.map((byte, i) => (i === at ? [0, 1, 127, 128, 255][pick(random, 5)] : byte))
    default:
      return pick(random, 4) === 0 ? bytes.slice(0, at) : bytes
  }
}

/** A whole number below `count`. */
export function pick(random: SeededRandom, count: number): number {
  return Math.floor(random.uniform() * count)
}

/** The code of the error that `read` throws, or 'read' where it throws none; anything else thrown is passed on. */
export function outcome(read: () => unknown): string {
  try {
    read()
    return 'read'
  } catch (error) {
    if (error instanceof EspalierError && error.code !== 'internal' && error.hint !== '') return error.code
    throw error
  }
}
