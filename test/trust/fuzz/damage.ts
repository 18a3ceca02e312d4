// Damage for the parser fuzz beyond flipped bytes: splices of two files, words exchanged in texts, gzip round or broken.
import { gzipSync } from 'node:zlib'
import type { SeededRandom } from '../../../core/data/random.ts'
import { mutated, pick } from '../../io/mutate.ts'

/** The head of one file and the tail of another. */
export function spliced(a: Uint8Array, b: Uint8Array, random: SeededRandom): Uint8Array {
  return Buffer.concat([a.subarray(0, pick(random, a.length + 1)), b.subarray(pick(random, b.length + 1))])
}

const oddWords = ['-1', '0', '1e999', '-1e-400', '9007199254740993', '99999999999999999999', 'NaN', '""', '(', ')', '{', ']'] // prettier-ignore

/** Words of a text exchanged, doubled, dropped or replaced by odd ones; a line repeated many times now and then. */
export function reworded(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  const words = new TextDecoder().decode(bytes).split(/(\s+|[()[\]{}:,"])/)
  for (let change = 1 + pick(random, 4); change > 0; change--) {
    const [at, other] = [pick(random, words.length), pick(random, words.length)]
    switch (pick(random, 6)) {
      case 0:
        words[at] = words[other]
        break
      case 1:
        words[at] = ''
        break
      case 2:
        words[at] = `${words[at]} ${words[at]}`
        break
      case 3:
        words[at] = words.slice(at, at + 20).join('').repeat(1 + pick(random, 200)) // prettier-ignore
        break
      default:
        words[at] = oddWords[pick(random, oddWords.length)]
    }
  }
  return new TextEncoder().encode(words.join(''))
}

/** The bytes compressed, the compressed file damaged half of the time. */
export function zipped(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  const whole = gzipSync(bytes, { level: 1 })
  return pick(random, 2) === 0 ? whole : mutated(whole, random)
}

/** A gzip file of `megabytes` MiB of one byte after a head, in members of a mebibyte: small to make, large to unpack. */
export function gzipBomb(megabytes: number, byte: number, head: Uint8Array = new Uint8Array(0)): Uint8Array {
  const member = gzipSync(Buffer.alloc(2 ** 20, byte))
  return Buffer.concat([gzipSync(head), ...Array.from({ length: megabytes }, () => member)])
}
