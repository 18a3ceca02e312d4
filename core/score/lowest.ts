// The lowest entries of a list, the same ones on every machine.

/** Indices of the `count` lowest scores; among equals the lower index goes first. */
export function lowestIndices(scores: Float64Array, count: number): Uint32Array {
  const order = Uint32Array.from(scores, (_, index) => index)
  order.sort((a, b) => scores[a] - scores[b] || a - b)
  return order.slice(0, count)
}

/** The same indices in increasing order. Sorts numbers only, which for millions of them is many times quicker. */
export function lowestInOrder(scores: Float64Array, count: number): Uint32Array {
  if (count === 0) return new Uint32Array()
  const last = scores.slice().sort()[count - 1]
  let equals = count - scores.reduce((below, score) => below + Number(score < last), 0)
  const indices = new Uint32Array(count)
  let found = 0
  for (let index = 0; found < count && index < scores.length; index++)
    if (scores[index] < last || (scores[index] === last && equals-- > 0)) indices[found++] = index
  return indices
}
