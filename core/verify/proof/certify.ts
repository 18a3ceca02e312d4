// From what a finished search recorded to a proof in float64: every bound and every leaf proved again, failures repaired.
import { BY_RULE } from '../../certify/activation.ts'
import { ProofCheck } from '../../certify/check.ts'
import type { Graph } from '../../certify/graph.ts'
import { Pace, type PaceOptions } from '../../certify/pace.ts'
import type { HalvedBoxes, NeuronList, NeuronProof, NeuronSearch, Proof, SplitTree } from '../../certify/proof.ts'
import { resolveList } from '../../certify/tree-walk.ts'
import { activationNodes, type Network } from '../../nn/index.ts'
import type { Problem } from '../problem.ts'
import type { CellMultipliers } from './cell-multipliers.ts'
import type { ProofRecorder, RecordedRow } from './recorder.ts'
import { BoxRepair } from './box-repair.ts'
import { joined } from './recorded-trees.ts'
import { LeafRepair, replaceLeaves } from './repair.ts'

export interface CertifyTask {
  readonly problem: Problem
  /** Of the original network. */
  readonly graph: Graph
  /** What the search worked on. */
  readonly fused: Network
  readonly recorder: ProofRecorder
  readonly solver: CellMultipliers
  readonly pace: PaceOptions
}

export interface Certified {
  readonly proof: Proof
  readonly leaves: number
  /** Leaves that needed more than the search had for them. */
  readonly repaired: number
  readonly lowerBound: number
}

/**
 * @throws EspalierError 'certificate/unproved' where a leaf could not be proved again, 'certificate/unsupported'
 * @throws CheckStopped at the pace's deadline
 */
export async function certify(task: CertifyTask): Promise<Certified> {
  return await new Certification(task).run()
}

class Certification {
  readonly #task: CertifyTask
  readonly #check: ProofCheck
  readonly #pace: Pace
  /** The fused network's node that each activation reads. */
  readonly #sources: ReadonlyMap<string, string>

  constructor(task: CertifyTask) {
    this.#task = task
    this.#pace = new Pace(task.pace)
    this.#check = new ProofCheck(task.graph, task.problem, this.#pace)
    this.#sources = new Map(
      activationNodes(task.fused).map(({ node, preActivationNode }) => [node.id, preActivationNode]),
    )
  }

  async run(): Promise<Certified> {
    const { graph, recorder, solver } = this.#task
    const neurons: NeuronProof[] = []
    for (const place of graph.activations.keys()) {
      const proof = this.#neuronProof(place)
      await this.#check.boundNeurons(place, proof ?? undefined)
      if (proof) neurons.push(proof)
    }
    const list = recorder.search?.list ?? this.#openList(graph.activations.length)
    const repair = new LeafRepair(this.#check, resolveList(graph, list), solver)
    const recorded = Array.from({ length: this.#check.mixed ? 1 : this.#check.rows }, (_, row) =>
      this.#treeOf(row, list),
    )
    this.#pace.expect(
      recorded.reduce((sum, tree) => sum + leavesOf(tree?.splits ?? null), recorder.halvings?.length ?? 0),
    )
    const trees: (SplitTree | null)[] = []
    for (const [row, tree] of recorded.entries()) trees.push(tree && (await this.#proveRow(row, tree, list, repair)))
    const open = Array.from(trees.keys()).filter((row) => trees[row] === null)
    const axes = open.length > 0 ? recorder.halvings : null
    const boxes = new BoxRepair(this.#check.pass, this.#task.fused, this.#task.problem.property.rows)
    const halvings = axes && (await this.#check.proveHalves(byRule(axes), open, boxes))
    const { leaves, lowerBound } = this.#check.report
    const repaired = repair.repaired + boxes.repaired
    return { proof: { neurons, list, trees, halvings }, leaves, repaired, lowerBound }
  }

  /** What was recorded about a row; null: it is proved on halved boxes. */
  #treeOf(row: number, list: NeuronList): SplitTree | null {
    const { recorder } = this.#task
    const recorded = recorder.search?.trees.tree(row) ?? null
    const known = this.#check.mixed ? null : recorder.provedRow(row)
    return recorder.halvings && !recorded && !known ? null : (recorded ?? this.#singleLeaf(list, known))
  }

  /** A tree of the row that holds. */
  async #proveRow(row: number, tree: SplitTree, list: NeuronList, repair: LeafRepair): Promise<SplitTree> {
    const places = resolveList(this.#task.graph, list)
    const found = new Map<number, SplitTree>()
    await this.#check.proveTree(row, places, tree, async (visit, bound) => {
      found.set(visit.leaf, await repair.settle(visit, this.#check.weights(row, tree.mix, visit.leaf), bound))
    })
    return found.size === 0 ? tree : replaceLeaves(tree, found, places.place.length)
  }

  /** The whole box as one cell, by the recorded slopes; for `any-positive` about the row that was proved. */
  #singleLeaf(list: NeuronList, known: RecordedRow | null): SplitTree {
    const { mixed, rows } = this.#check
    const { recorder } = this.#task
    const best = mixed
      ? Array.from({ length: rows }, (_, row) => row).findLast((row) => recorder.provedRow(row))
      : undefined
    const slopes = known ?? (best === undefined ? null : recorder.provedRow(best))
    return {
      splits: Int32Array.of(-1),
      alpha: slopesOn(list, slopes),
      beta: new Float32Array(0),
      mix: mixed ? Float32Array.from({ length: rows }, (_, row) => (row === (best ?? 0) ? 1 : 0)) : null,
    }
  }

  /** What was recorded about the inputs of an activation. */
  #neuronProof(place: number): NeuronProof | null {
    const { graph, recorder } = this.#task
    const { id, size } = graph.activations[place]
    const source = this.#sources.get(id) ?? ''
    const list = this.#openList(place)
    const rows: number[] = []
    const alpha: Uint16Array[] = []
    for (let row = 0; row < 2 * size; row++) {
      const known = recorder.boundedRow(source, row)
      if (!known) continue
      rows.push(row)
      alpha.push(slopesOn(list, known))
    }
    const searches = this.#neuronSearches(source)
    if (rows.length === 0 && searches.length === 0) return null
    const slopes = joined(alpha, (length) => new Uint16Array(length))
    return { activation: id, list, rows: Int32Array.from(rows), alpha: slopes, searches }
  }

  /** The trees of all searches about the inputs of an activation; of each row the last one, which has the best bound. */
  #neuronSearches(source: string): NeuronSearch[] {
    const taken = new Set<number>()
    const searches: NeuronSearch[] = []
    for (const search of this.#task.recorder.searches.filter((each) => each.source === source).reverse()) {
      const rows: number[] = []
      const trees: SplitTree[] = []
      for (const k of search.trees.rows) {
        const tree = taken.has(search.rows[k]) ? null : search.trees.tree(k)
        if (!tree) continue
        rows.push(search.rows[k])
        trees.push(tree)
      }
      rows.forEach((row) => taken.add(row))
      if (trees.length > 0) searches.push({ list: search.list, rows: Int32Array.from(rows), trees })
    }
    return searches
  }

  /** Open neurons of the first `count` activations, by bounds proved already. */
  #openList(count: number): NeuronList {
    const { activations } = this.#task.graph
    return {
      activations: activations.slice(0, count).map(({ id, activation, size }, place) => {
        const { lower, upper } = this.#check.region.boundsOf(place)
        const all = Int32Array.from({ length: size }, (_, i) => i)
        return { id, neurons: all.filter((i) => activation.isLoose(i, lower[i], upper[i])) }
      }),
    }
  }
}

/** Slopes of a recorded row for the neurons of a list; by rule where the row has none. */
function slopesOn(list: NeuronList, row: RecordedRow | null): Uint16Array {
  const parts = list.activations.map(({ id, neurons }) => {
    const own = row?.offsets.find((each) => each.id === id)
    return Uint16Array.from(neurons, (i) => (row && own ? row.alpha[own.offset + i] : BY_RULE))
  })
  return joined(parts, (size) => new Uint16Array(size))
}

/** A tree of halved boxes without slopes. */
function byRule(axes: Int32Array): HalvedBoxes {
  return { axes, sloped: new Int32Array(0), alpha: new Uint16Array(0) }
}

/** Leaves of a tree in preorder. */
function leavesOf(splits: Int32Array | null): number {
  return splits?.filter((split) => split < 0).length ?? 0
}
