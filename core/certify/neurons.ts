// Proves the bounds of activation inputs: rows ±z by the sound pass, and trees of splits where bounds were found by search.
import { LEAF_ROUNDS, type Envelopes } from './envelope.ts'
import { malformed } from './failure.ts'
import type { Pace } from './pace.ts'
import { wholeRegion, type BackwardPass, type Cell } from './pass.ts'
import type { NeuronProof, NeuronSearch, SplitTree } from './proof.ts'
import type { Region } from './regions.ts'
import { resolveList, SlopeTable, walkTree, type Places } from './tree-walk.ts'

/**
 * Walks to activation `place` and tightens the bounds of its inputs: rows for every open neuron, with the slopes that
 * `proof` has for them or by rule, then its trees.
 */
export async function boundNeurons(
  region: Region,
  pass: BackwardPass,
  place: number,
  proof: NeuronProof | undefined,
  pace: Pace,
  envelopes: Envelopes | null = null,
  rests = true,
): Promise<void> {
  const { source, exact } = region.graph.activations[place]
  region.walkTo(source)
  if (exact) return
  envelopes?.prepare()
  const task = { region, pass, place, pace, envelopes, rests }
  await boundRows(task, proof)
  for (const search of proof?.searches ?? []) await boundTrees(task, search)
}

interface NeuronTask {
  readonly region: Region
  readonly pass: BackwardPass
  readonly place: number
  readonly pace: Pace
  /** null: chords alone. */
  readonly envelopes: Envelopes | null
  /** Whether every neuron counts as a piece of work. */
  readonly rests: boolean
}

async function boundRows(task: NeuronTask, proof: NeuronProof | undefined): Promise<void> {
  const { region, place, pace, rests } = task
  const { activation, size } = region.graph.activations[place]
  const places = resolveList(region.graph, proof?.list ?? { activations: [] })
  const slopes = new SlopeTable(region.graph, places)
  const width = places.place.length
  const rowOf = proof ? rowNumbers(proof, width, size) : new Int32Array(2 * size).fill(-1)
  const own = wholeRegion(region, slopes.byPlace)
  const byRule = wholeRegion(region)
  const bounds = region.boundsOf(place)
  const boundRow = (row: number): number => {
    const number = rowOf[row]
    if (number >= 0 && proof) slopes.load(proof.alpha, number * width)
    return rowBound(task, number >= 0 ? own : byRule, row, 1)
  }
  const loose = Array.from({ length: size }, (_, i) => i).filter((i) =>
    activation.isLoose(i, bounds.lower[i], bounds.upper[i]),
  )
  if (rests) pace.expect(loose.length)
  for (const i of loose) {
    region.tighten(place, i, boundRow(2 * i), Infinity)
    if (activation.needsBothSides || activation.isLoose(i, bounds.lower[i], bounds.upper[i]))
      region.tighten(place, i, -Infinity, -boundRow(2 * i + 1))
    if (rests) await pace.rest()
  }
}

/** Number of the α row of each row ±z, −1 where there is none. */
function rowNumbers(proof: NeuronProof, width: number, size: number): Int32Array {
  const numbers = new Int32Array(2 * size).fill(-1)
  if (proof.alpha.length !== proof.rows.length * width) throw malformed('slopes of neurons are missing')
  proof.rows.forEach((row, number) => {
    if (row < 0 || row >= 2 * size) throw malformed(`"${proof.activation}" has no row ${row}`)
    numbers[row] = number
  })
  return numbers
}

async function boundTrees(task: NeuronTask, { list, rows, trees }: NeuronSearch): Promise<void> {
  const { region, place } = task
  const { id, size } = region.graph.activations[place]
  const places = resolveList(region.graph, list)
  if (rows.length !== trees.length) throw malformed('a tree has no neuron')
  task.pace.expect(trees.reduce((sum, { splits }) => sum + (splits.length + 1) / 2, 0))
  for (const [k, tree] of trees.entries()) {
    const row = rows[k]
    const neuron = row >> 1
    if (row < 0 || neuron >= size) throw malformed(`"${id}" has no row ${row}`)
    const least = await treeBound(task, places, tree, row)
    if (row % 2 === 0) region.tighten(place, neuron, least, Infinity)
    else region.tighten(place, neuron, -Infinity, -least)
  }
}

/** The smallest bound of the leaves; NaN where one of them has none. */
async function treeBound(task: NeuronTask, places: Places, tree: SplitTree, row: number): Promise<number> {
  let least = Infinity
  await walkTree(task.region, places, tree, async ({ cell }) => {
    least = Math.min(least, rowBound(task, cell, row, LEAF_ROUNDS))
    await task.pace.rest()
  })
  return least
}

/** The bound of a row, raised by so many rounds of envelopes; what is on one side of 0 already is tight enough. */
function rowBound({ region, pass, place, envelopes }: NeuronTask, cell: Cell, row: number, rounds: number): number {
  const bound = pass.bound(region, cell, region.graph.activations[place].source, (into) => {
    into[row >> 1] = row % 2 === 0 ? 1 : -1
  })
  return envelopes && !(bound >= 0) ? envelopes.raise(cell, bound, rounds) : bound
}
