// What the fuzz throws damaged files at: a parser, sound files to start from, damage that knows the format, and bombs.
import type { SeededRandom } from '../../../core/data/random.ts'

export interface FuzzTarget {
  /** Sound files; the parser must read every one. */
  readonly seeds: () => readonly Uint8Array[]
  /** Damage to the meaning of a sound file. */
  readonly bend: (seed: Uint8Array, random: SeededRandom) => Uint8Array
  /** Small files that ask for much: sizes, depths, ratios. Made when first wanted. */
  readonly bombs: readonly (() => Uint8Array)[]
  /** Whether the file may also be given compressed. */
  readonly gzip: boolean
  /** Reads the file; throws what the parser throws. */
  readonly read: (path: string, bytes: Uint8Array) => unknown
}
