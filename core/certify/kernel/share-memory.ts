// Memory of the checker's envelopes, and the loops that work on it: its own WebAssembly, nothing of the search's.
import { SHARES_CODE } from './shares-code.ts'

/** Pointers are bytes; what each loop does is told in shares.assembly.ts. */
export interface ShareLoops {
  chord(widths: number, parts: number, count: number, slope: number): number
  want(inputs: number, widths: number, signs: number, parts: number, c: number, wanted: number, count: number, weight: number): number // prettier-ignore
  give(inputs: number, widths: number, signs: number, parts: number, c: number, wanted: number, count: number, weight: number, kept: number, rest: number): number // prettier-ignore
}

const NUMBER = 8
const PAGE = 2 ** 16

const code = new WebAssembly.Module(Uint8Array.from(Buffer.from(SHARES_CODE, 'base64')))

/** Memory that grows as arrays are put into it. */
export class ShareMemory {
  readonly loops: ShareLoops
  readonly #memory = new WebAssembly.Memory({ initial: 1 })
  #used = 0

  constructor() {
    this.loops = new WebAssembly.Instance(code, { env: { memory: this.#memory } }).exports as unknown as ShareLoops
  }

  /** Taken so far. */
  get bytes(): number {
    return this.#used
  }

  /** Room for `count` numbers, zeros: where it begins. */
  numbers(count: number): number {
    const at = this.#used
    this.#used += count * NUMBER
    const missing = this.#used - this.#memory.buffer.byteLength
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE))
    return at
  }

  /** The same for indices, an even number of them. */
  indices(count: number): number {
    return this.numbers(count / 2)
  }

  /** `count` numbers from `at` on, until the memory grows. */
  numbersAt(at: number, count: number): Float64Array {
    return new Float64Array(this.#memory.buffer, at, count)
  }

  indicesAt(at: number, count: number): Uint32Array {
    return new Uint32Array(this.#memory.buffer, at, count)
  }
}
