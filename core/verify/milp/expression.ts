// Affine expressions over the columns of a model, and the scratch space that sums them.

/** Σ values·v[indices] + constant; no index twice. */
export interface Expression {
  readonly indices: ArrayLike<number>
  readonly values: ArrayLike<number>
  readonly constant: number
}

/** The expression that is always `value`. */
export function constantExpression(value: number): Expression {
  return { indices: [], values: [], constant: value }
}

/** scale·v[column] + constant. */
export function columnExpression(column: number, scale = 1, constant = 0): Expression {
  return scale === 0 ? constantExpression(constant) : { indices: [column], values: [scale], constant }
}

/** Sums scaled expressions; `take` hands the sum out and leaves the accumulator empty for the next one. */
export class Accumulator {
  #dense = new Float64Array(1024)
  #seen = new Uint8Array(1024)
  readonly #touched: number[] = []
  #constant = 0

  addConstant(value: number): void {
    this.#constant += value
  }

  add(scale: number, { indices, values, constant }: Expression): void {
    if (scale === 0) return
    this.#constant += scale * constant
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
    for (const column of this.#touched) {
      this.#dense[column] = 0
      this.#seen[column] = 0
    }
    this.#touched.length = 0
    this.#constant = 0
    return { indices, values, constant }
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
