// Leaves that the float64 check does not prove as they are: split further, and at the end settled by a linear programme's duals.
import { ALPHA_STEPS, BY_RULE } from '../../certify/activation.ts'
import { unproved } from '../../certify/failure.ts'
import type { ProofCheck } from '../../certify/check.ts'
import type { Cell, SplitConstraint } from '../../certify/pass.ts'
import type { SplitTree } from '../../certify/proof.ts'
import type { LeafVisit, Places } from '../../certify/tree-walk.ts'
import type { CellMultipliers } from './cell-multipliers.ts'
import { joined, splitTree, type LeafSlopes } from './recorded-trees.ts'

/** Most cells below one leaf, and most further splits on one path. */
const MOST_CELLS = 4000
const MOST_DEPTH = 16
/** Largest β that a further split begins with: finite in float32. */
const MOST_BETA = 1e10
/** Weight of a gap under the lower line against one under the chord. */
const LOWER_LINE = 1e-3

interface Part extends LeafSlopes {
  /** Number of the neuron split, −1 for a leaf. */
  readonly split: number
}

export class LeafRepair {
  repaired = 0
  readonly #check: ProofCheck
  readonly #places: Places
  readonly #solver: CellMultipliers

  constructor(check: ProofCheck, places: Places, solver: CellMultipliers) {
    this.#check = check
    this.#places = places
    this.#solver = solver
  }

  /** A tree in place of a leaf whose bound is not positive. @throws EspalierError 'certificate/unproved' where there is none */
  async settle({ cell, leaf }: LeafVisit, weights: Float64Array, bound: number): Promise<SplitTree> {
    const parts: Part[] = []
    if (!(await this.#grow(cell, weights, parts, 0))) throw unproved(`the bound of cell ${leaf} is ${bound}`)
    this.repaired++
    const leaves = parts.filter(({ split }) => split < 0)
    return splitTree(
      parts.map(({ split }) => split),
      leaves,
    )
  }

  /** Adds the tree of a cell in preorder; false where it cannot be proved. */
  async #grow(cell: Cell, weights: Float64Array, parts: Part[], depth: number): Promise<boolean> {
    await this.#check.rest()
    if (isEmpty(cell) || this.#check.leafBound(cell, weights) > 0) {
      parts.push(this.#leaf(cell, weights))
      return true
    }
    const { k, coefficient } = this.#choose(cell)
    if (k < 0) return await this.#solve(cell, weights, parts)
    if (depth >= MOST_DEPTH || parts.length >= MOST_CELLS) return false
    parts.push({ ...this.#leaf(cell, weights), split: k })
    for (const sign of [1, -1] as const)
      if (!(await this.#grow(this.#half(cell, k, sign, coefficient), weights, parts, depth + 1))) return false
    return true
  }

  async #solve(cell: Cell, weights: Float64Array, parts: Part[]): Promise<boolean> {
    for await (const found of this.#solver.multipliers(this.#check, cell, weights)) {
      const splits = cell.splits.map((split, i): SplitConstraint => ({ ...split, beta: found.beta[i] }))
      const better = { ...cell, splits }
      if (!(this.#check.leafBound(better, found.weights) > 0)) continue
      parts.push(this.#leaf(better, found.weights))
      return true
    }
    return false
  }

  #leaf({ splits, alpha }: Cell, weights: Float64Array): Part {
    const { place, neuron } = this.#places
    return {
      split: -1,
      beta: Float32Array.from(splits, ({ beta }) => beta),
      alpha: Uint16Array.from(place, (at, k) => alpha[at]?.[neuron[k]] ?? 0),
      mix: this.#check.mixed ? Float32Array.from(weights) : null,
    }
  }

  /**
   * The open neuron with the largest gap between its lines times its coefficient Λ, above all those under their chord (Λ < 0): a split
   * takes that gap away, and gives nothing where the lower line is in use. One that is open at all; −1.
   */
  #choose({ bounds }: Cell): { k: number; coefficient: number } {
    const { place, neuron } = this.#places
    const { activations } = this.#check.graph
    let best = { k: -1, coefficient: 0 }
    let most = -1
    for (let k = 0; k < place.length; k++) {
      const { lower, upper } = bounds[place[k]]
      const l = lower[neuron[k]]
      const u = upper[neuron[k]]
      const { activation } = activations[place[k]]
      if (activation.needsBothSides || !activation.isLoose(neuron[k], l, u)) continue
      const coefficient = this.#check.pass.coefficients(place[k])?.[neuron[k]] ?? 0
      const gap = (Math.abs(coefficient) * (-l * u)) / (u - l)
      const score = coefficient < 0 ? gap : LOWER_LINE * gap
      if (!(score > most)) continue
      most = score
      best = { k, coefficient }
    }
    return best
  }

  /** β starts where what goes on to the neuron's inputs stays what it was under the lower line (spec C.5). */
  #half(cell: Cell, k: number, sign: 1 | -1, coefficient: number): Cell {
    const place = this.#places.place[k]
    const neuron = this.#places.neuron[k]
    const steps = cell.alpha[place]?.[neuron] ?? BY_RULE
    const kept = sign > 0 ? 1 - steps / ALPHA_STEPS : steps / ALPHA_STEPS
    const beta = steps === BY_RULE ? 0 : Math.fround(Math.min(MOST_BETA, Math.max(0, coefficient) * kept))
    const bounds = cell.bounds.map(({ lower, upper }, at) =>
      at === place ? { lower: lower.slice(), upper: upper.slice() } : { lower, upper },
    )
    if (sign > 0) bounds[place].lower[neuron] = Math.max(0, bounds[place].lower[neuron])
    else bounds[place].upper[neuron] = Math.min(0, bounds[place].upper[neuron])
    return { ...cell, bounds, splits: [...cell.splits, { place, neuron, sign, beta }] }
  }
}

function isEmpty({ bounds, splits }: Cell): boolean {
  return splits.some(({ place, neuron }) => bounds[place].lower[neuron] > bounds[place].upper[neuron])
}

/** `tree` with some leaves replaced by trees; `width` neurons have slopes at every leaf. */
export function replaceLeaves(tree: SplitTree, found: ReadonlyMap<number, SplitTree>, width: number): SplitTree {
  const splits: Int32Array[] = []
  const leaves: LeafSlopes[] = []
  const depths = leafDepths(tree.splits)
  const rows = (tree.mix?.length ?? 0) / depths.length
  let leaf = 0
  let at = 0
  for (const split of tree.splits) {
    const other = split < 0 ? found.get(leaf) : undefined
    splits.push(other?.splits ?? Int32Array.of(split))
    if (split >= 0) continue
    const own = {
      alpha: tree.alpha.subarray(leaf * width, (leaf + 1) * width),
      beta: tree.beta.subarray(at, at + depths[leaf]),
      mix: tree.mix && tree.mix.subarray(leaf * rows, (leaf + 1) * rows),
    }
    leaves.push(other ?? own)
    at += depths[leaf++]
  }
  return splitTree(
    joined(splits, (size) => new Int32Array(size)),
    leaves,
  )
}

/** Splits above each leaf of a tree in preorder. */
function leafDepths(splits: Int32Array): number[] {
  const depths: number[] = []
  const waiting = [0]
  for (const split of splits) {
    const depth = waiting.pop() ?? 0
    if (split < 0) depths.push(depth)
    else waiting.push(depth + 1, depth + 1)
  }
  return depths
}
