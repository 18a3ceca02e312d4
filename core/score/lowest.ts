// The lowest entries of a list, the same ones on every machine.

/** Indices of the `count` lowest scores; among equals the lower index goes first. */
export function lowestIndices(scores: Float64Array, count: number): Uint32Array {
  const order = Uint32Array.from(scores, (_, index) => index)
  order.sort((a, b) => scores[a] - scores[b] || a - b)
  return order.slice(0, count)
}
