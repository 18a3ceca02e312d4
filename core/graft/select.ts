// Which neurons become lines: greedy choice by γ·(rank of the verifier's cost) − (rank of significance) (spec A.4).
import type { GraftOptions } from '../contract/recipe.ts'
import { SeededRandom } from '../data/random.ts'
import { normalisedRanks } from '../score/index.ts'

/** What the choice looks at, by neuron. */
export interface NeuronScores {
  /** What the verifier pays for the neuron: images on which it is unstable, its share of the bound gap, … */
  readonly cost: ArrayLike<number>
  /** What the network loses with it. */
  readonly significance: ArrayLike<number>
}

export type SelectionOptions = Pick<GraftOptions, 'criterion' | 'gamma' | 'batch'>

/**
 * The neurons to graft, in the order they are chosen: those of a smaller count are the first ones of a larger one only
 * where γ does not decay.
 *
 * `decaying`: batches of `batch`·N neurons, each the highest γ·r_u − r_s among those left, γ falling linearly from `gamma`
 * to 0 over the batches (a single batch has γ = `gamma`). Equal scores go in order of index.
 *
 * @param count how many in all @param taken 1 for neurons that are lines already: never chosen, [neurons]
 */
export function selectNeurons(
  scores: NeuronScores,
  options: SelectionOptions,
  count: number,
  taken: Uint8Array,
  seed: number,
): Uint32Array {
  const neurons = taken.length
  const scoreAt = criterionOf(scores, options, neurons, seed)
  const left = Uint8Array.from(taken, (line) => 1 - line)
  const chosen: number[] = []
  for (const { gamma, size } of batches(options, count, neurons)) {
    for (const neuron of highest((j) => scoreAt(j, gamma), left, size)) {
      left[neuron] = 0
      chosen.push(neuron)
    }
  }
  return Uint32Array.from(chosen)
}

/** What the criterion says of every neuron with the γ of the first batch, [neurons]: the highest are chosen first. */
export function criterionScores(
  scores: NeuronScores,
  options: SelectionOptions,
  neurons: number,
  seed: number,
): Float64Array {
  const scoreAt = criterionOf(scores, options, neurons, seed)
  return Float64Array.from({ length: neurons }, (_, j) => scoreAt(j, options.gamma))
}

/** The score of a neuron, where its cost weighs γ. */
function criterionOf(
  scores: NeuronScores,
  { criterion }: SelectionOptions,
  neurons: number,
  seed: number,
): (neuron: number, gamma: number) => number {
  const cost = normalisedRanks(scores.cost)
  const significance = normalisedRanks(scores.significance)
  const random = new SeededRandom(seed).fork('random grafting').permutation(neurons)
  return (j, gamma) => {
    if (criterion === 'random') return -random[j]
    if (criterion === 'cost') return cost[j]
    return criterion === 'significance' ? -significance[j] : gamma * cost[j] - significance[j]
  }
}

/** γ and size of every batch; sizes add up to `count`. */
function batches(
  { criterion, gamma, batch }: SelectionOptions,
  count: number,
  neurons: number,
): readonly { readonly gamma: number; readonly size: number }[] {
  const number = criterion === 'decaying' ? Math.max(1, Math.round(count / (batch * neurons))) : 1
  return Array.from({ length: number }, (_, k) => ({
    gamma: number === 1 ? gamma : (gamma * (number - 1 - k)) / (number - 1),
    size: Math.floor((count * (k + 1)) / number) - Math.floor((count * k) / number),
  }))
}

/** The `size` highest-scored neurons that are left. */
function highest(score: (neuron: number) => number, left: Uint8Array, size: number): Uint32Array {
  const candidates = Uint32Array.from(left.keys()).filter((neuron) => left[neuron] === 1)
  const values = Float64Array.from(left, (free, neuron) => (free === 1 ? score(neuron) : -Infinity))
  return candidates.sort((a, b) => values[b] - values[a] || a - b).slice(0, size)
}
