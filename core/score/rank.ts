// Ranks of scores, from 0 for the smallest to 1 for the largest (spec A.4).

/**
 * Every score's rank among all, divided by the largest possible one: 0 to 1. Equal scores share the mean of the ranks they
 * take up; a single score has rank 0.
 */
export function normalisedRanks(scores: ArrayLike<number>): Float64Array {
  const order = Uint32Array.from({ length: scores.length }, (_, index) => index).sort((a, b) => scores[a] - scores[b])
  const ranks = new Float64Array(scores.length)
  const largest = Math.max(scores.length - 1, 1)
  for (let first = 0; first < order.length;) {
    let end = first + 1
    while (end < order.length && scores[order[end]] === scores[order[first]]) end++
    const shared = (first + end - 1) / 2 / largest
    for (; first < end; first++) ranks[order[first]] = shared
  }
  return ranks
}
