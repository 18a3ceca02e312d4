// Affine layers as matrices: rows pulled back through them and boxes pushed forward, with what rounding needs to know.

/** Bounds and largest magnitudes of the elements of a node. */
export interface Range {
  readonly lower: Float64Array
  readonly upper: Float64Array
  /** At least max(|lower|, |upper|). */
  readonly magnitude: Float64Array
}

/**
 * y = W x + b over float64 numbers that stand for the layer's real ones: every weight and bias is within `slop` unit
 * roundoffs of them, relative to its own magnitude (`biasMagnitude` for biases). All results are plain float64 sums of at most
 * `terms` products; the caller accounts for their rounding by the magnitudes.
 */
export interface AffineMap {
  readonly terms: number
  readonly slop: number
  readonly rows: number
  /** `into`, which holds zeros, becomes Λ W; returns Λ·b. */
  pull(outgoing: Float64Array, into: Float64Array): number
  /** The image of a box, and |W| x + |b| of its magnitudes x. */
  image(box: Range): Range
}

/** Weights [rows, columns], every element stored. */
export class DenseMap implements AffineMap {
  readonly terms: number
  readonly slop = 0
  readonly rows: number
  readonly #columns: number
  readonly #weight: Float64Array
  readonly #bias: Float64Array
  readonly #active: Int32Array

  constructor(weight: ArrayLike<number>, bias: ArrayLike<number>) {
    this.#weight = Float64Array.from(weight)
    this.#bias = Float64Array.from(bias)
    this.rows = this.#bias.length
    this.#columns = this.#weight.length / this.rows
    this.terms = Math.max(this.rows, this.#columns) + 1
    this.#active = new Int32Array(this.rows)
  }

  /** Four rows at a time: a quarter of the loads and stores of `into`. Rows with Λ = 0 cost nothing. */
  pull(outgoing: Float64Array, into: Float64Array): number {
    const w = this.#weight
    const columns = this.#columns
    const active = this.#active
    let count = 0
    let constant = 0
    for (let j = 0; j < this.rows; j++) {
      if (outgoing[j] === 0) continue
      active[count++] = j
      constant += outgoing[j] * this.#bias[j]
    }
    let k = 0
    for (; k + 3 < count; k += 4) {
      const a = outgoing[active[k]]
      const b = outgoing[active[k + 1]]
      const c = outgoing[active[k + 2]]
      const d = outgoing[active[k + 3]]
      const atA = active[k] * columns
      const atB = active[k + 1] * columns
      const atC = active[k + 2] * columns
      const atD = active[k + 3] * columns
      for (let i = 0; i < columns; i++) into[i] += a * w[atA + i] + b * w[atB + i] + (c * w[atC + i] + d * w[atD + i])
    }
    for (; k < count; k++) {
      const a = outgoing[active[k]]
      const at = active[k] * columns
      for (let i = 0; i < columns; i++) into[i] += a * w[at + i]
    }
    return constant
  }

  image({ lower, upper, magnitude }: Range): Range {
    const result = emptyRange(this.rows)
    const w = this.#weight
    for (let j = 0, at = 0; j < this.rows; j++) {
      let low = this.#bias[j]
      let high = low
      let size = Math.abs(low)
      for (let i = 0; i < this.#columns; i++, at++) {
        const value = w[at]
        if (value >= 0) {
          low += value * lower[i]
          high += value * upper[i]
          size += value * magnitude[i]
        } else {
          low += value * upper[i]
          high += value * lower[i]
          size -= value * magnitude[i]
        }
      }
      result.lower[j] = low
      result.upper[j] = high
      result.magnitude[j] = size
    }
    return result
  }
}

/** Weights by compressed rows: row j has the entries `starts[j] … starts[j + 1]` of `columns` and `weights`. */
export interface SparseRows {
  readonly starts: Int32Array
  readonly columns: Int32Array
  readonly weights: Float64Array
  readonly bias: Float64Array
  /** At least |bias|; more where the bias was computed. */
  readonly biasMagnitude: Float64Array
  /** Most entries in a row or a column. */
  readonly terms: number
  readonly slop: number
}

export class SparseMap implements AffineMap {
  readonly terms: number
  readonly slop: number
  readonly rows: number
  readonly #sparse: SparseRows

  constructor(sparse: SparseRows) {
    this.#sparse = sparse
    this.terms = sparse.terms + 1
    this.slop = sparse.slop
    this.rows = sparse.bias.length
  }

  pull(outgoing: Float64Array, into: Float64Array): number {
    const { starts, columns, weights, bias } = this.#sparse
    let constant = 0
    for (let j = 0; j < this.rows; j++) {
      const value = outgoing[j]
      if (value === 0) continue
      constant += value * bias[j]
      for (let k = starts[j]; k < starts[j + 1]; k++) into[columns[k]] += value * weights[k]
    }
    return constant
  }

  image({ lower, upper, magnitude }: Range): Range {
    const { starts, columns, weights, bias, biasMagnitude } = this.#sparse
    const result = emptyRange(this.rows)
    for (let j = 0; j < this.rows; j++) {
      let low = bias[j]
      let high = low
      let size = biasMagnitude[j]
      for (let k = starts[j]; k < starts[j + 1]; k++) {
        const value = weights[k]
        const i = columns[k]
        low += value * (value >= 0 ? lower[i] : upper[i])
        high += value * (value >= 0 ? upper[i] : lower[i])
        size += Math.abs(value) * magnitude[i]
      }
      result.lower[j] = low
      result.upper[j] = high
      result.magnitude[j] = size
    }
    return result
  }
}

export function emptyRange(size: number): Range {
  return { lower: new Float64Array(size), upper: new Float64Array(size), magnitude: new Float64Array(size) }
}
