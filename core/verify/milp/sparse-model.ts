// A mixed-integer linear program as flat typed arrays, and the builder that assembles one row by row.
import type { Linear } from './expression.ts'

/** minimise cost·v + offset subject to rowLower ≤ A v ≤ rowUpper, lower ≤ v ≤ upper, v_i integer where `integer[i]` is 1. A in CSR. */
export interface SparseModel {
  readonly columns: number
  readonly rows: number
  readonly cost: Float64Array
  readonly offset: number
  readonly lower: Float64Array
  readonly upper: Float64Array
  readonly integer: Uint8Array
  readonly rowLower: Float64Array
  readonly rowUpper: Float64Array
  /** [rows + 1] offsets into `indices` and `values`. */
  readonly starts: Int32Array
  readonly indices: Int32Array
  readonly values: Float64Array
}

/** A linear objective over the columns of a model: Σ values·v[indices] + constant. */
export type Objective = Linear

/** Collects columns and rows; `build` freezes them into a `SparseModel`. Rows keep the order in which they were added. */
export class ModelBuilder {
  readonly #lower: number[] = []
  readonly #upper: number[] = []
  readonly #integer: number[] = []
  readonly #rowLower: number[] = []
  readonly #rowUpper: number[] = []
  readonly #starts: number[] = [0]
  #indices = new Int32Array(1024)
  #values = new Float64Array(1024)

  get columns(): number {
    return this.#lower.length
  }

  get rows(): number {
    return this.#rowLower.length
  }

  get nonzeros(): number {
    return this.#starts[this.#starts.length - 1]
  }

  /** Adds a continuous column; returns its index. */
  addColumn(lower: number, upper: number): number {
    this.#lower.push(lower)
    this.#upper.push(upper)
    this.#integer.push(0)
    return this.#lower.length - 1
  }

  /** Adds a 0/1 column; returns its index. */
  addBinary(): number {
    const column = this.addColumn(0, 1)
    this.#integer[column] = 1
    return column
  }

  /** Adds lower ≤ Σ values·v[indices] ≤ upper; returns the row's index. Indices must not repeat. */
  addRow(lower: number, upper: number, indices: ArrayLike<number>, values: ArrayLike<number>): number {
    const start = this.nonzeros
    this.#reserve(start + indices.length)
    this.#indices.set(indices, start)
    this.#values.set(values, start)
    this.#starts.push(start + indices.length)
    this.#rowLower.push(lower)
    this.#rowUpper.push(upper)
    return this.#rowLower.length - 1
  }

  lowerOf(column: number): number {
    return this.#lower[column]
  }

  upperOf(column: number): number {
    return this.#upper[column]
  }

  /** The model so far with the given objective; later additions to the builder do not change it. */
  build(objective: Objective): SparseModel {
    const cost = new Float64Array(this.columns)
    for (let i = 0; i < objective.indices.length; i++) cost[objective.indices[i]] = objective.values[i]
    return {
      columns: this.columns,
      rows: this.rows,
      cost,
      offset: objective.constant,
      lower: Float64Array.from(this.#lower),
      upper: Float64Array.from(this.#upper),
      integer: Uint8Array.from(this.#integer),
      rowLower: Float64Array.from(this.#rowLower),
      rowUpper: Float64Array.from(this.#rowUpper),
      starts: Int32Array.from(this.#starts),
      indices: this.#indices.slice(0, this.nonzeros),
      values: this.#values.slice(0, this.nonzeros),
    }
  }

  #reserve(length: number): void {
    if (length <= this.#indices.length) return
    const capacity = Math.max(length, 2 * this.#indices.length)
    const indices = new Int32Array(capacity)
    indices.set(this.#indices)
    this.#indices = indices
    const values = new Float64Array(capacity)
    values.set(this.#values)
    this.#values = values
  }
}
