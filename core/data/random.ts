// Seeded random numbers: xoshiro128** keyed by SHA-256, forkable by label, with a state that can be saved and restored.
import { createHash } from 'node:crypto'
import { EspalierError } from '../contract/errors.ts'

/** Everything a generator is, as plain JSON. `key` names the stream (forks derive from it), `words` is where it stands. */
export interface RandomState {
  readonly key: readonly [number, number, number, number]
  readonly words: readonly [number, number, number, number]
  /** The second value of the last normal pair, if it has not been handed out yet. */
  readonly spare: number | null
}

type Words = [number, number, number, number]

/**
 * A seeded stream of random numbers (xoshiro128**, Blackman and Vigna 2018; period 2^128 - 1).
 *
 * `fork(label)` depends on the seed and the labels alone, not on how much was drawn before: adding a draw in one place
 * never changes the numbers of another. Not for cryptography.
 */
export class SeededRandom {
  readonly #key: Words
  readonly #words: Words
  #spare: number | null = null

  /** @param seed any safe integer; EspalierError `recipe/invalid` otherwise. */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed)) {
      throw new EspalierError(
        'recipe/invalid',
        `The seed ${seed} is not a whole number.`,
        'Use a whole number as seed.',
      )
    }
    this.#key = digestWords(`espalier seed ${seed}`)
    this.#words = [...this.#key]
  }

  /** The generator that `state()` described. EspalierError `model/corrupt` if the state is not one. */
  static from(state: RandomState): SeededRandom {
    if (!isWords(state.key) || !isWords(state.words) || state.words.every((word) => word === 0)) {
      throw new EspalierError(
        'model/corrupt',
        'A saved random generator state is damaged.',
        'Start the run again from its last good checkpoint, or from the beginning.',
      )
    }
    const random = new SeededRandom(0)
    for (let index = 0; index < 4; index++) {
      random.#key[index] = state.key[index]
      random.#words[index] = state.words[index]
    }
    random.#spare = state.spare
    return random
  }

  /** The present state; `SeededRandom.from(state)` continues exactly here. */
  state(): RandomState {
    return { key: [...this.#key], words: [...this.#words], spare: this.#spare }
  }

  /** An independent stream: the same seed and labels always give the same one, whatever was drawn before. */
  fork(label: string): SeededRandom {
    const words = digestWords(`espalier fork ${this.#key.join(',')} ${label}`)
    return SeededRandom.from({ key: words, words, spare: null })
  }

  /** A whole number in [0, 2^32). */
  uint32(): number {
    const s = this.#words
    const result = Math.imul(rotateLeft(Math.imul(s[1], 5), 7), 9) >>> 0
    const shifted = s[1] << 9
    s[2] ^= s[0]
    s[3] ^= s[1]
    s[1] ^= s[2]
    s[0] ^= s[3]
    s[2] ^= shifted
    s[3] = rotateLeft(s[3], 11)
    return result
  }

  /** A number in [0, 1), uniform over the multiples of 2^-53. */
  uniform(): number {
    const high = this.uint32() >>> 5
    const low = this.uint32() >>> 6
    return (high * 67_108_864 + low) / 9_007_199_254_740_992
  }

  /** A number in [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.uniform()
  }

  /** A whole number in [0, bound), without bias; `bound` in 1…2^32. */
  integer(bound: number): number {
    const limit = 4_294_967_296 - (4_294_967_296 % bound)
    let value = this.uint32()
    while (value >= limit) value = this.uint32()
    return value % bound
  }

  /** A standard normal number (Marsaglia's polar method). */
  normal(): number {
    if (this.#spare !== null) {
      const spare = this.#spare
      this.#spare = null
      return spare
    }
    let x: number
    let y: number
    let square: number
    do {
      x = 2 * this.uniform() - 1
      y = 2 * this.uniform() - 1
      square = x * x + y * y
    } while (square >= 1 || square === 0)
    const scale = Math.sqrt((-2 * Math.log(square)) / square)
    this.#spare = y * scale
    return x * scale
  }

  /** The numbers 0…n-1 in random order (Fisher and Yates). */
  permutation(n: number): Uint32Array {
    const order = new Uint32Array(n)
    for (let index = 0; index < n; index++) {
      const other = this.integer(index + 1)
      order[index] = order[other]
      order[other] = index
    }
    return order
  }
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits))
}

function digestWords(text: string): Words {
  const digest = createHash('sha256').update(text).digest()
  return [digest.readInt32LE(0), digest.readInt32LE(4), digest.readInt32LE(8), digest.readInt32LE(12)]
}

function isWords(words: readonly number[]): boolean {
  return words.length === 4 && words.every((word) => Number.isInteger(word) && Math.abs(word) <= 4_294_967_296)
}
