// Ranks of scores over the whole network, from 0 for the smallest to 1 for the largest (spec A.4).
import type { LayerScores } from './neurons.ts'

/**
 * Every score replaced by its rank among those of all layers, divided by the largest possible: 0 to 1. Equal scores share
 * the mean of the ranks they take up; a single neuron has rank 0.
 */
export function normalisedRanks(layers: readonly LayerScores[]): readonly LayerScores[] {
  const all = Float64Array.from(layers.flatMap(({ scores }) => Array.from(scores)))
  const order = Uint32Array.from(all.keys()).sort((a, b) => all[a] - all[b])
  const ranks = new Float64Array(all.length)
  const largest = Math.max(all.length - 1, 1)
  for (let first = 0; first < order.length;) {
    let end = first + 1
    while (end < order.length && all[order[end]] === all[order[first]]) end++
    const shared = (first + end - 1) / 2 / largest
    for (; first < end; first++) ranks[order[first]] = shared
  }
  let offset = 0
  return layers.map(({ activation, scores }) => ({
    activation,
    scores: ranks.slice(offset, (offset += scores.length)),
  }))
}
