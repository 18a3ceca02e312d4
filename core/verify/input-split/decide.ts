// Input splitting: halves the box along the input that matters most until every part is proved (spec C.7).
import type { Box } from '../../bounds/box.ts'
import type { Network } from '../../nn/index.ts'
import { selectRows } from '../attempt.ts'
import type { Witness } from '../outcome.ts'
import type { Property } from '../problem.ts'
import { BoxProof } from './box-proof.ts'
import { denseChain, type DenseChain } from './chain.ts'
import { BoxStack, emptyBox, type OpenBox } from './stack.ts'

export interface InputSplitTask {
  /** Fused. */
  readonly network: Network
  readonly box: Box
  readonly property: Property
  /** Rows of an all-positive property that are not proved yet. */
  readonly openRows: readonly number[]
  readonly seconds: number
  readonly signal: AbortSignal
  /** Told every halving, where a proof is written down. */
  readonly recorder?: HalvingRecorder
  accept(point: Float32Array): Witness | null
  progress(state: { lowerBound: number; boxes: number; open: number }): void
}

/** Writes the tree of halved boxes down; the whole box is node 0. */
export interface HalvingRecorder {
  /** `node` is halved along input `axis`: the number of its lower half; the upper one has the next. */
  halve(node: number, axis: number): number
}

export interface InputSplitReport {
  readonly status: 'verified' | 'falsified' | 'unknown'
  readonly witness: Witness | null
  /** Lower bound of the property's value over the rows that took part. */
  readonly lowerBound: number
  /** Boxes bounded. */
  readonly boxes: number
  readonly reason: string | null
}

/** Most hidden neurons: with more of them one box can take longer than a search may run past its time. */
const MOST_NEURONS = 1200
/** Milliseconds between two turns of others. */
const TURN = 15

/** Null where the network is no chain of dense layers and ReLUs, or has too many neurons. */
export async function decideByInputSplit(task: InputSplitTask): Promise<InputSplitReport | null> {
  const { network, property, openRows } = task
  const rows = property.kind === 'all-positive' ? selectRows(property.rows, openRows) : property.rows
  const chain = denseChain(network, rows)
  return chain && chain.neurons <= MOST_NEURONS ? await new InputSplit(task, chain).run() : null
}

class InputSplit {
  readonly #task: InputSplitTask
  readonly #stack: BoxStack
  readonly #proof: BoxProof
  readonly #box: OpenBox
  #boxes = 0
  /** Smallest bound of the boxes that are proved. */
  #closed = Infinity

  constructor(task: InputSplitTask, chain: DenseChain) {
    this.#task = task
    this.#proof = new BoxProof(chain, task.property.kind)
    this.#stack = new BoxStack(chain.inputs, chain.neurons)
    this.#box = emptyBox(chain.inputs, chain.neurons)
  }

  async run(): Promise<InputSplitReport> {
    const { seconds, signal, box } = this.#task
    const deadline = performance.now() + seconds * 1000
    this.#box.lower.set(box.lower)
    this.#box.upper.set(box.upper)
    this.#stack.push(this.#box)
    let turn = performance.now()
    while (this.#stack.size > 0) {
      const now = performance.now()
      if (now >= deadline || signal.aborted) return this.#report('unknown', 'out of time')
      if (now - turn >= TURN) {
        this.#task.progress({ lowerBound: this.#lowerBound, boxes: this.#boxes, open: this.#stack.size })
        await new Promise((resolve) => setImmediate(resolve))
        turn = performance.now()
      }
      const end = this.#step()
      if (end) return end
    }
    return this.#report('verified', null)
  }

  /** Proves the newest box or puts its halves in its place; a report where that is the end. */
  #step(): InputSplitReport | null {
    const box = this.#box
    this.#stack.pop(box)
    this.#boxes++
    const bound = this.#proof.bound(box, box.phases)
    if (bound > box.bound) box.bound = bound
    if (box.bound > 0) {
      this.#closed = Math.min(this.#closed, box.bound)
      return null
    }
    const axis = this.#proof.chooseAxis(box)
    const witness = this.#witness(box)
    if (axis >= 0 && !witness) {
      this.#halve(box, axis)
      return null
    }
    this.#stack.push(box)
    return witness
      ? this.#report('falsified', null, witness)
      : this.#report('unknown', 'a box is too small to be halved')
  }

  /** The half with the worst place comes first: where a counterexample is, it is soon found. */
  #halve(box: OpenBox, axis: number): void {
    const { lower, upper } = box
    const first = this.#task.recorder?.halve(box.node, axis) ?? 0
    const [low, high] = [lower[axis], upper[axis]]
    const middle = 0.5 * low + 0.5 * high
    const push = (half: 0 | 1): void => {
      box.node = first + half
      lower[axis] = half === 0 ? low : middle
      upper[axis] = half === 0 ? middle : high
      this.#stack.push(box)
    }
    const next = this.#proof.worstPlace[axis] < 0 ? 0 : 1
    push(next === 0 ? 1 : 0)
    push(next)
  }

  #witness({ lower, upper }: OpenBox): Witness | null {
    for (const place of this.#proof.counterexamples()) {
      const share = (i: number): number => 0.5 + 0.5 * place[i]
      const witness = this.#task.accept(
        Float32Array.from(lower, (low, i) => (1 - share(i)) * low + share(i) * upper[i]),
      )
      if (witness) return witness
    }
    return null
  }

  get #lowerBound(): number {
    return Math.min(this.#closed, this.#stack.worst)
  }

  #report(status: InputSplitReport['status'], reason: string | null, witness: Witness | null = null): InputSplitReport {
    return { status, witness, lowerBound: this.#lowerBound, boxes: this.#boxes, reason }
  }
}
