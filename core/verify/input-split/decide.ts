// Input splitting: halves the box along the input that matters most until every part is proved (spec C.7).
import type { Box, PreActivationBounds } from '../../bounds/box.ts'
import { centreAndRadius } from '../../bounds/flat.ts'
import { outputStart, type StartRows } from '../../bounds/start.ts'
import type { Engine } from '../../engine/engine.ts'
import { networkHash, type Network } from '../../nn/index.ts'
import type { Witness } from '../outcome.ts'
import type { Property } from '../problem.ts'
import { selectRows } from '../attempt.ts'
import { denseChain, type DenseChain } from './chain.ts'
import { boxDefinition } from './program.ts'
import { BoxStack, emptyBox, type OpenBox } from './stack.ts'

export interface InputSplitTask {
  readonly engine: Engine
  /** Fused. */
  readonly network: Network
  readonly box: Box
  readonly property: Property
  /** Rows of an all-positive property that are not proved yet. */
  readonly openRows: readonly number[]
  /** Bounds on the whole box. */
  readonly bounds: PreActivationBounds
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

/** Boxes of one call; a batch is padded to the next. */
const SIZES = [4, 16]
/** |Λ| counts for this much at least, so that an input that seems not to matter is halved some day. */
const LEAST_COEFFICIENT = 1e-3
/** A side shorter than this, relative to its own size, is not halved: float32 would not see the difference. */
const SHORTEST = 2 ** -20

/** Null where the network is no chain of dense layers and ReLUs, or its last layer cannot be merged into the rows. */
export async function decideByInputSplit(task: InputSplitTask): Promise<InputSplitReport | null> {
  const { network, property, openRows } = task
  const chain = denseChain(network, task.bounds)
  const rows = outputStart(
    network,
    property.kind === 'all-positive' ? selectRows(property.rows, openRows) : property.rows,
  )
  const size = chain?.layers.at(-1)?.neurons ?? chain?.inputs
  const merged = rows.start !== network.output || network.nodes.at(-1)?.layer.kind !== 'dense'
  return chain && merged && rows.size === size ? await new InputSplit(task, chain, rows).run() : null
}

class InputSplit {
  readonly #task: InputSplitTask
  readonly #chain: DenseChain
  readonly #rows: StartRows
  readonly #key: string
  readonly #stack: BoxStack
  readonly #parents: readonly OpenBox[]
  readonly #children: readonly OpenBox[]
  #boxes = 0
  /** Smallest bound of the boxes that are proved. */
  #closed = Infinity
  #witness: Witness | null = null
  /** Whether every part of the box is open or closed. */
  #whole = false

  constructor(task: InputSplitTask, chain: DenseChain, rows: StartRows) {
    this.#task = task
    this.#chain = chain
    const { network } = task
    this.#rows = rows
    this.#key = [
      networkHash(network),
      ...task.box.lower,
      ...task.box.upper,
      ...rows.coefficients,
      ...rows.offsets,
    ].join()
    this.#stack = new BoxStack(chain.inputs)
    const most = SIZES[SIZES.length - 1]
    this.#parents = Array.from({ length: most / 2 }, () => emptyBox(chain.inputs))
    this.#children = Array.from({ length: most }, () => emptyBox(chain.inputs))
  }

  async run(): Promise<InputSplitReport> {
    const deadline = performance.now() + this.#task.seconds * 1000
    const [root] = this.#children
    root.lower.set(this.#task.box.lower)
    root.upper.set(this.#task.box.upper)
    let stuck = !(await this.#bound(1))
    while (this.#stack.size > 0 && !this.#witness && !stuck) {
      if (performance.now() >= deadline || this.#task.signal.aborted) return this.#report('out of time')
      stuck = !(await this.#bound(this.#split()))
      this.#task.progress({ lowerBound: this.#lowerBound, boxes: this.#boxes, open: this.#stack.size })
    }
    return this.#report(stuck ? 'a box is too small to be halved' : null)
  }

  get #lowerBound(): number {
    return Math.min(this.#closed, this.#stack.worst)
  }

  #report(reason: string | null): InputSplitReport {
    const status = this.#witness ? 'falsified' : reason === null && this.#whole ? 'verified' : 'unknown'
    // Whoever stops within a batch leaves boxes behind that no bound covers.
    const lowerBound = this.#whole ? this.#lowerBound : -Infinity
    return { status, witness: this.#witness, lowerBound, boxes: this.#boxes, reason }
  }

  /** Takes the newest boxes and writes their halves into the children; how many. */
  #split(): number {
    const count = Math.min(this.#stack.size, this.#parents.length)
    for (let i = 0; i < count; i++) {
      const parent = this.#parents[i]
      this.#stack.pop(parent)
      const { axis } = parent
      const first = this.#task.recorder?.halve(parent.node, axis) ?? 0
      const middle = 0.5 * parent.lower[axis] + 0.5 * parent.upper[axis]
      for (const [k, side] of (['upper', 'lower'] as const).entries()) {
        const child = this.#children[2 * i + k]
        child.lower.set(parent.lower)
        child.upper.set(parent.upper)
        child[side][axis] = middle
        child.bound = parent.bound
        child.node = first + k
      }
    }
    return 2 * count
  }

  /** Bounds the first `count` children and stacks those not proved, worst on top. False: one is too small to go on. */
  async #bound(count: number): Promise<boolean> {
    const size = SIZES.find((each) => each >= count) ?? count
    const definition = boxDefinition(this.#chain, this.#rows, size, this.#key)
    const program = await this.#task.engine.compile(definition)
    this.#whole = false
    const { bound, coefficients, points, values } = await program.run(this.#inputs(size, count))
    this.#boxes += count
    const open: OpenBox[] = []
    for (let b = 0; b < count; b++) {
      const child = this.#children[b]
      const found = this.#valueOf(bound, b)
      child.bound = found > child.bound ? found : child.bound
      if (child.bound > 0) {
        this.#closed = Math.min(this.#closed, child.bound)
        continue
      }
      if (this.#isFalsified(points as Float32Array, values, b)) return true
      child.axis = this.#axisOf(child, bound, coefficients, b)
      if (child.axis < 0) return false
      open.push(child)
    }
    for (const child of open.sort((a, b) => b.bound - a.bound)) this.#stack.push(child)
    this.#whole = true
    return true
  }

  #inputs(size: number, count: number): { centre: Float32Array; radius: Float32Array } {
    const { inputs } = this.#chain
    const centre = new Float32Array(size * inputs)
    const radius = new Float32Array(size * inputs)
    for (let b = 0; b < size; b++) {
      const box = centreAndRadius(this.#children[Math.min(b, count - 1)])
      centre.set(box.centre, b * inputs)
      radius.set(box.radius, b * inputs)
    }
    return { centre, radius }
  }

  /** The property's bound from those of its rows; NaN proves nothing. */
  #valueOf(bound: ArrayLike<number>, box: number): number {
    const { rows } = this.#rows
    const all = this.#task.property.kind === 'all-positive'
    let value = all ? Infinity : -Infinity
    for (let r = 0; r < rows; r++) {
      const own = bound[box * rows + r]
      const known = Number.isNaN(own) ? -Infinity : own
      value = all ? Math.min(value, known) : Math.max(value, known)
    }
    return value
  }

  /** Offers the box's points that float32 says are counterexamples. */
  #isFalsified(points: Float32Array, values: ArrayLike<number>, box: number): boolean {
    const { rows } = this.#rows
    const { inputs } = this.#chain
    for (let p = 0; p <= rows; p++) {
      const at = box * (rows + 1) + p
      const negative = (r: number): boolean => values[at * rows + r] < 0
      const list = Array.from({ length: rows }, (_, r) => r)
      const hit = this.#task.property.kind === 'all-positive' ? list.some(negative) : list.every(negative)
      if (!hit) continue
      this.#witness = this.#task.accept(points.subarray(at * inputs, (at + 1) * inputs))
      if (this.#witness) return true
    }
    return false
  }

  /** The side whose halving promises most for some row; −1 when all are too short. */
  #axisOf({ lower, upper }: OpenBox, bound: ArrayLike<number>, coefficients: ArrayLike<number>, box: number): number {
    const { rows } = this.#rows
    const { inputs } = this.#chain
    let best = -1
    let most = -Infinity
    for (let i = 0; i < inputs; i++) {
      const width = upper[i] - lower[i]
      if (!(width > SHORTEST * Math.max(Math.abs(lower[i]), Math.abs(upper[i])))) continue
      for (let r = 0; r < rows; r++) {
        const coefficient = Math.abs(coefficients[(box * rows + r) * inputs + i])
        const gain = (Math.max(coefficient, LEAST_COEFFICIENT) * width) / 2 + bound[box * rows + r]
        if (!(gain > most) && best >= 0) continue
        most = Number.isNaN(gain) ? -Infinity : gain
        best = i
      }
    }
    return best
  }
}
