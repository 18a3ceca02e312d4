// The open domains of branch and bound in flat typed arrays, ordered worst bound first by a binary heap of slots.
import { roundDown } from '../../bounds/flat.ts'

/** What a pool keeps of every domain, besides its bound; U is the number of neurons open at the root. */
export interface PoolLayout {
  /** U */
  readonly neurons: number
  /** Candidates for the next split kept with a domain. */
  readonly candidates: number
  /** Rows a domain mixes (any-positive properties); 0: a domain is about one row. */
  readonly mixed: number
}

/** One domain, in compact order of the root's open neurons; a view into caller-owned buffers. */
export interface DomainRecord {
  bound: number
  /** What of `bound` chords alone give: trials of its children are compared with that. */
  plain: number
  row: number
  depth: number
  /** Rounds in which it was bounded again because nothing was left to split. */
  polished: number
  /** Its place in the recorded tree; −1 where no proof is written down. */
  node: number
  /** [U] in [0, 1] */
  readonly alpha: Float32Array
  /** [U] */
  readonly beta: Float32Array
  /** [U]: +1, −1 or 0 */
  readonly sign: Int8Array
  /** [candidates] of compact neuron numbers, best first; −1 ends the list. */
  readonly candidates: Int32Array
  /** max(Λ, 0) of each candidate's output: what β of a split can take over from the lower line it replaces, [candidates]. */
  readonly pull: Float32Array
  /** Weights of the mixed rows, [mixed]; null where a domain is about one row. */
  readonly mix: Float32Array | null
}

const ALPHA_STEPS = 255
const FIRST_CAPACITY = 1024

export class DomainPool {
  readonly layout: PoolLayout
  #capacity = 0
  #size = 0
  #bound = new Float32Array(0)
  #plain = new Float32Array(0)
  #row = new Uint32Array(0)
  #depth = new Uint16Array(0)
  #polished = new Uint8Array(0)
  #node = new Int32Array(0)
  /** α in steps of 1/255: any α in [0,1] is sound, so rounding it costs tightness only, and little. */
  #alpha = new Uint8Array(0)
  #beta = new Float32Array(0)
  #sign = new Int8Array(0)
  #candidates = new Int32Array(0)
  #pull = new Float32Array(0)
  #mix = new Float32Array(0)
  #heap = new Int32Array(0)
  #free: number[] = []
  /** Open domains by depth. */
  readonly #depths: number[] = []

  constructor(layout: PoolLayout) {
    this.layout = layout
  }

  /** Open domains. */
  get size(): number {
    return this.#size
  }

  /** Bytes held, used or not. */
  get bytes(): number {
    return this.#capacity * bytesPerDomain(this.layout)
  }

  /** Bytes held once `more` domains are added. */
  bytesAfter(more: number): number {
    let capacity = this.#capacity
    while (capacity < this.#size + more) capacity = nextCapacity(capacity)
    return capacity * bytesPerDomain(this.layout)
  }

  /** The smallest bound of all open domains; +∞ when there are none. */
  get worst(): number {
    return this.#size === 0 ? Infinity : this.#bound[this.#heap[0]]
  }

  /** How many open domains have each depth; the root's is 0. */
  get depths(): readonly number[] {
    return this.#depths.slice(0, 1 + this.#depths.findLastIndex((count) => count > 0))
  }

  push(domain: DomainRecord): void {
    if (this.#size === this.#capacity) this.#grow()
    while (this.#depths.length <= domain.depth) this.#depths.push(0)
    this.#depths[domain.depth]++
    const slot = this.#free.pop() ?? this.#size
    this.#store(slot, domain)
    this.#heap[this.#size] = slot
    this.#size++
    this.#siftUp(this.#size - 1)
  }

  /** Takes the worst domain out and copies it to `into`. */
  popWorst(into: DomainRecord): void {
    this.#remove(0, into)
  }

  /** Takes out a domain near the heap's end: recently added, so deep. Keeps the pool small when memory is short. */
  popLast(into: DomainRecord): void {
    this.#remove(this.#size - 1, into)
  }

  /** Visits every open domain without removing it, for checkpoints. */
  forEach(into: DomainRecord, visit: (domain: DomainRecord) => void): void {
    for (let i = 0; i < this.#size; i++) {
      this.#load(this.#heap[i], into)
      visit(into)
    }
  }

  #remove(position: number, into: DomainRecord): void {
    const slot = this.#heap[position]
    this.#load(slot, into)
    this.#depths[into.depth]--
    this.#size--
    this.#free.push(slot)
    if (position === this.#size) return
    this.#heap[position] = this.#heap[this.#size]
    this.#siftDown(position)
    this.#siftUp(position)
  }

  #store(slot: number, domain: DomainRecord): void {
    const { neurons, candidates, mixed } = this.layout
    this.#bound[slot] = roundDown(domain.bound)
    this.#plain[slot] = domain.plain
    this.#row[slot] = domain.row
    this.#depth[slot] = domain.depth
    this.#polished[slot] = domain.polished
    this.#node[slot] = domain.node
    const at = slot * neurons
    for (let i = 0; i < neurons; i++) this.#alpha[at + i] = Math.round(domain.alpha[i] * ALPHA_STEPS)
    this.#beta.set(domain.beta, at)
    this.#sign.set(domain.sign, at)
    this.#candidates.set(domain.candidates, slot * candidates)
    this.#pull.set(domain.pull, slot * candidates)
    if (domain.mix) this.#mix.set(domain.mix, slot * mixed)
  }

  #load(slot: number, into: DomainRecord): void {
    const { neurons, candidates, mixed } = this.layout
    into.bound = this.#bound[slot]
    into.plain = this.#plain[slot]
    into.row = this.#row[slot]
    into.depth = this.#depth[slot]
    into.polished = this.#polished[slot]
    into.node = this.#node[slot]
    const at = slot * neurons
    for (let i = 0; i < neurons; i++) into.alpha[i] = this.#alpha[at + i] / ALPHA_STEPS
    into.beta.set(this.#beta.subarray(at, at + neurons))
    into.sign.set(this.#sign.subarray(at, at + neurons))
    into.candidates.set(this.#candidates.subarray(slot * candidates, (slot + 1) * candidates))
    into.pull.set(this.#pull.subarray(slot * candidates, (slot + 1) * candidates))
    if (into.mix) into.mix.set(this.#mix.subarray(slot * mixed, (slot + 1) * mixed))
  }

  #grow(): void {
    const capacity = nextCapacity(this.#capacity)
    const { neurons, candidates, mixed } = this.layout
    this.#bound = grown(this.#bound, new Float32Array(capacity))
    this.#plain = grown(this.#plain, new Float32Array(capacity))
    this.#row = grown(this.#row, new Uint32Array(capacity))
    this.#depth = grown(this.#depth, new Uint16Array(capacity))
    this.#polished = grown(this.#polished, new Uint8Array(capacity))
    this.#node = grown(this.#node, new Int32Array(capacity))
    this.#heap = grown(this.#heap, new Int32Array(capacity))
    this.#alpha = grown(this.#alpha, new Uint8Array(capacity * neurons))
    this.#beta = grown(this.#beta, new Float32Array(capacity * neurons))
    this.#sign = grown(this.#sign, new Int8Array(capacity * neurons))
    this.#candidates = grown(this.#candidates, new Int32Array(capacity * candidates))
    this.#pull = grown(this.#pull, new Float32Array(capacity * candidates))
    this.#mix = grown(this.#mix, new Float32Array(capacity * mixed))
    this.#capacity = capacity
  }

  #siftUp(start: number): void {
    for (let i = start; i > 0;) {
      const parent = (i - 1) >> 1
      if (!this.#before(i, parent)) return
      this.#swap(i, parent)
      i = parent
    }
  }

  #siftDown(start: number): void {
    for (let i = start; ;) {
      let least = i
      for (const child of [2 * i + 1, 2 * i + 2]) if (child < this.#size && this.#before(child, least)) least = child
      if (least === i) return
      this.#swap(i, least)
      i = least
    }
  }

  #before(i: number, j: number): boolean {
    return this.#bound[this.#heap[i]] < this.#bound[this.#heap[j]]
  }

  #swap(i: number, j: number): void {
    const slot = this.#heap[i]
    this.#heap[i] = this.#heap[j]
    this.#heap[j] = slot
  }
}

/** A record with buffers of its own. */
export function emptyRecord({ neurons, candidates, mixed }: PoolLayout): DomainRecord {
  return {
    bound: -Infinity,
    plain: -Infinity,
    row: 0,
    depth: 0,
    polished: 0,
    node: -1,
    alpha: new Float32Array(neurons),
    beta: new Float32Array(neurons),
    sign: new Int8Array(neurons),
    candidates: new Int32Array(candidates).fill(-1),
    pull: new Float32Array(candidates),
    mix: mixed > 0 ? new Float32Array(mixed) : null,
  }
}

/** Memory one open domain takes. */
export function bytesPerDomain({ neurons, candidates, mixed }: PoolLayout): number {
  return 23 + 8 * candidates + 4 * mixed + neurons * 6
}

function nextCapacity(capacity: number): number {
  return Math.max(FIRST_CAPACITY, Math.ceil(capacity * 1.5))
}

function grown<A extends { set(source: A): void }>(old: A, fresh: A): A {
  fresh.set(old)
  return fresh
}
