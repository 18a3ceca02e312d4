// Affine expressions over the columns of a model, and the scratch space that sums them.

/** Σ values·v[indices] + constant; no index twice. */
export interface Linear {
  readonly indices: ArrayLike<number>
  readonly values: ArrayLike<number>
  readonly constant: number
}

/** A sum that was formed in float64. */
export interface Expression extends Linear {
  /** What its terms add up to at most, before anything in them cancels: rounding is measured by it. */
  readonly magnitude: number
}

/**
 * Rounding in forming an expression, as a part of its magnitude: fan-ins stay below 2^12, or errors average out.
 */
const ROUNDING = 2 ** -41

/** How far float64 can have moved an expression from what it stands for. */
export function roundingOf({ magnitude }: Expression): number {
  return ROUNDING * magnitude
}

/** The expression that is always `value`. */
export function constantExpression(value: number): Expression {
  return { indices: [], values: [], constant: value, magnitude: Math.abs(value) }
}

/** v[column], at most `magnitude` in size. */
export function columnExpression(column: number, magnitude: number): Expression {
  return { indices: [column], values: [1], constant: 0, magnitude }
}

/** Sums scaled expressions; `take` hands the sum out and leaves the accumulator empty for the next one. */
export class Accumulator {
  #dense = new Float64Array(1024)
  #seen = new Uint8Array(1024)
  readonly #touched: number[] = []
  #constant = 0
  #magnitude = 0

  addConstant(value: number): void {
    this.#constant += value
    this.#magnitude += Math.abs(value)
  }

  add(scale: number, { indices, values, constant, magnitude }: Expression): void {
    if (scale === 0) return
    this.#constant += scale * constant
    this.#magnitude += Math.abs(scale) * magnitude
    for (let i = 0; i < indices.length; i++) {
      const column = indices[i]
      if (column >= this.#dense.length) this.#grow(column)
      if (this.#seen[column] === 0) {
        this.#seen[column] = 1
        this.#touched.push(column)
      }
      this.#dense[column] += scale * values[i]
    }
  }

  /** The sum so far, columns in ascending order, cancelled terms dropped. */
  take(): Expression {
    const indices = Int32Array.from(this.#touched.filter((column) => this.#dense[column] !== 0)).sort()
    const values = Float64Array.from(indices, (column) => this.#dense[column])
    const constant = this.#constant
    const magnitude = this.#magnitude
    for (const column of this.#touched) {
      this.#dense[column] = 0
      this.#seen[column] = 0
    }
    this.#touched.length = 0
    this.#constant = 0
    this.#magnitude = 0
    return { indices, values, constant, magnitude }
  }

  #grow(column: number): void {
    const size = Math.max(column + 1, 2 * this.#dense.length)
    const dense = new Float64Array(size)
    dense.set(this.#dense)
    this.#dense = dense
    const seen = new Uint8Array(size)
    seen.set(this.#seen)
    this.#seen = seen
  }
}
