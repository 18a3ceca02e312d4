// Proves rows of a property on every leaf of a tree of halved boxes, each with bounds of its own.
import type { Box } from '../bounds/box.ts'
import { BY_RULE } from './activation.ts'
import { malformed, unproved } from './failure.ts'
import { boundNeurons } from './neurons.ts'
import type { Pace } from './pace.ts'
import { wholeRegion, type BackwardPass, type Cell } from './pass.ts'
import type { HalvedBoxes } from './proof.ts'
import { Region } from './regions.ts'

export interface HalvesTask {
  readonly pass: BackwardPass
  readonly pace: Pace
  /** The whole box. */
  readonly region: Region
  /** Rows that all have to be positive on every leaf; with `mixed`, one of them. */
  readonly rows: readonly number[]
  readonly mixed: boolean
  bound(region: Region, cell: Cell, row: number): number
  /** Told of every leaf that is proved. */
  count(bound: number): void
}

/** What to do about leaves that are not proved. */
export interface HalvesRepair {
  /** Slopes by activation with which the row may be positive on the box. */
  slopes(box: Box, row: number): Cell['alpha'] | null
  /** The input to halve along; −1 gives up. `halved`: how often the box was cut so already. */
  axis(box: Box, halved: number): number
}

/** Boxes this deep have bounds that their halves start from; below, those of the last one do. */
const MOST_DEPTH = 100

interface Node {
  readonly box: Box
  readonly outer: Region
  readonly depth: number
  /** Halvings by a repair above it. */
  readonly halved: number
}

/** The tree that holds. @throws EspalierError 'certificate/unproved', 'certificate/corrupt' */
export async function proveHalves(task: HalvesTask, given: HalvedBoxes, repair?: HalvesRepair): Promise<HalvedBoxes> {
  return await new HalvesCheck(task, given, repair).run()
}

class HalvesCheck {
  readonly #task: HalvesTask
  readonly #given: HalvedBoxes
  readonly #repair: HalvesRepair | undefined
  /** How much of each array given has been used. */
  readonly #used = { axes: 0, sloped: 0, alpha: 0 }
  readonly #axes: number[] = []
  readonly #sloped: number[] = []
  readonly #alpha: number[] = []
  #leaves = 0

  constructor(task: HalvesTask, given: HalvedBoxes, repair: HalvesRepair | undefined) {
    this.#task = task
    this.#given = given
    this.#repair = repair
  }

  async run(): Promise<HalvedBoxes> {
    const { region } = this.#task
    const waiting: Node[] = [{ box: region.box, outer: region, depth: 0, halved: 0 }]
    for (let node = waiting.pop(); node; node = waiting.pop()) {
      const axis = this.#nextAxis(node)
      waiting.push(...(axis < 0 ? await this.#proveLeaf(node) : await this.#open(node, axis)))
    }
    const { axes, sloped, alpha } = this.#given
    if (this.#used.axes !== axes.length || this.#used.sloped !== sloped.length || this.#used.alpha !== alpha.length)
      throw malformed('a tree of boxes has parts left over')
    return {
      axes: Int32Array.from(this.#axes),
      sloped: Int32Array.from(this.#sloped),
      alpha: Uint16Array.from(this.#alpha),
    }
  }

  #nextAxis({ halved }: Node): number {
    if (halved > 0) return -1
    if (this.#used.axes >= this.#given.axes.length) throw malformed('a tree of boxes ends in the middle')
    return this.#given.axes[this.#used.axes++]
  }

  /** The halves of a box that the tree halves, the lower one last: it is next. */
  async #open({ box, outer, depth, halved }: Node, axis: number): Promise<Node[]> {
    this.#axes.push(axis)
    const own = depth < MOST_DEPTH ? await this.#regionOf(box, outer) : outer
    await this.#task.pace.rest()
    return halves(box, axis).map((half) => ({ box: half, outer: own, depth: depth + 1, halved }))
  }

  /** Proves a leaf; the halves of one that is cut further. */
  async #proveLeaf(node: Node): Promise<Node[]> {
    const { box, halved } = node
    const region = await this.#regionOf(box, node.outer)
    const bound = region.empty ? Infinity : this.#leafBound(region)
    await this.#task.pace.rest()
    if (bound > 0) {
      this.#axes.push(-1)
      this.#leaves++
      this.#task.count(bound)
      return []
    }
    const axis = this.#repair?.axis(box, halved) ?? -1
    if (axis < 0) throw unproved(`the bound of a halved box is ${bound}`)
    this.#axes.push(axis)
    return halves(box, axis).map((half) => ({ box: half, outer: region, depth: node.depth + 1, halved: halved + 1 }))
  }

  /** A part of the box with bounds by rule; `outer` contains it. */
  async #regionOf(box: Box, outer: Region): Promise<Region> {
    const { pass, pace } = this.#task
    const { graph } = outer
    const region = new Region(graph, box, outer)
    for (const place of graph.activations.keys()) {
      await boundNeurons(region, pass, place, undefined, pace, null, false)
      if (region.empty) return region
    }
    region.walkTo(graph.output)
    return region
  }

  /** Lower bound of the property's value on a leaf: by rule, and with other slopes for rows that need them and have some. */
  #leafBound(region: Region): number {
    const { rows, mixed } = this.#task
    const bounds = rows.map((row) => known(this.#task.bound(region, wholeRegion(region), row)))
    const value = (): number => (mixed ? Math.max(...bounds) : Math.min(...bounds))
    if (value() > 0) return value()
    const found: { row: number; alpha: Uint16Array }[] = []
    for (const [k, row] of rows.entries()) {
      if (mixed ? k !== bounds.indexOf(value()) : bounds[k] > 0) continue
      const alpha = this.#slopesOf(region, row)
      if (!alpha) continue
      found.push({ row, alpha })
      bounds[k] = Math.max(bounds[k], known(this.#task.bound(region, wholeRegion(region, spread(region, alpha)), row)))
      if (!mixed && !(bounds[k] > 0)) break
    }
    if (value() > 0)
      for (const { row, alpha } of found) {
        this.#sloped.push(this.#leaves, row)
        this.#alpha.push(...alpha)
      }
    return value()
  }

  /** Slopes of the neurons that are open on a leaf, as given or as the repair proposes. */
  #slopesOf(region: Region, row: number): Uint16Array | null {
    if (this.#repair) {
      const slopes = this.#repair.slopes(region.box, row)
      return slopes && Uint16Array.from(openNeurons(region), ([place, i]) => slopes[place]?.[i] ?? BY_RULE)
    }
    const { sloped, alpha } = this.#given
    const { sloped: at, alpha: from } = this.#used
    if (sloped[at] !== this.#leaves || sloped[at + 1] !== row) return null
    const to = from + openNeurons(region).length
    if (to > alpha.length) throw malformed('slopes of a halved box are missing')
    this.#used.sloped += 2
    this.#used.alpha = to
    return alpha.subarray(from, to)
  }
}

function known(bound: number): number {
  return Number.isNaN(bound) ? -Infinity : bound
}

/** Neurons that are no line on the region, as [place of the activation, number]. */
function openNeurons(region: Region): readonly (readonly [number, number])[] {
  return region.graph.activations.flatMap(({ activation, size, exact }, place) => {
    const { lower, upper } = region.boundsOf(place)
    const all = exact ? [] : Array.from({ length: size }, (_, i) => i)
    return all.filter((i) => activation.isLoose(i, lower[i], upper[i])).map((i) => [place, i] as const)
  })
}

/** Slopes of the open neurons by activation. */
function spread(region: Region, alpha: Uint16Array): Cell['alpha'] {
  const slopes = region.graph.activations.map(({ size }) => new Uint16Array(size).fill(BY_RULE))
  openNeurons(region).forEach(([place, i], k) => (slopes[place][i] = alpha[k]))
  return slopes
}

/** The upper and the lower half along an input, in float64 as the search halves. */
function halves({ lower, upper }: Box, axis: number): [Box, Box] {
  if (axis >= lower.length) throw malformed(`a box is halved along input ${axis} of ${lower.length}`)
  const middle = 0.5 * lower[axis] + 0.5 * upper[axis]
  const low = { lower, upper: upper.slice() }
  const high = { lower: lower.slice(), upper }
  low.upper[axis] = middle
  high.lower[axis] = middle
  return [high, low]
}
