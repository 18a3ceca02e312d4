// β of a cell with nothing left to split, from the duals of its linear programme over the input (spec D.4, item 8).
import type { ProofCheck } from '../../certify/check.ts'
import type { Cell } from '../../certify/pass.ts'
import { ModelBuilder, type SparseModel } from '../milp/sparse-model.ts'
import type { SolverPool } from '../milp/solver-pool.ts'

/** Multipliers worth trying: they are proposals, the check decides. */
export interface Multipliers {
  /** ≥ 0, of the cell's constraints; numbers that float32 has. */
  readonly beta: Float32Array
  readonly weights: Float64Array
}

/** For one linear programme: milliseconds of work, but the solver's thread starts in this time too, on a busy machine in seconds. */
const SECONDS = 30
/** A ray that proves a cell empty is tried at these lengths. */
const LENGTHS = [1, 1e2, 1e4, 1e6, 1e8]

export class CellMultipliers {
  readonly #pool: SolverPool
  readonly #signal: AbortSignal

  constructor(pool: SolverPool, signal: AbortSignal) {
    this.#pool = pool
    this.#signal = signal
  }

  /** Proposals for a cell in which every activation is a line; best first. */
  async *multipliers(check: ProofCheck, cell: Cell, weights: Float64Array): AsyncGenerator<Multipliers> {
    const model = cellModel(check, cell, weights)
    const { status, rowDual } = await this.#pool.solve(model, { seconds: SECONDS, relax: true }, this.#signal)
    if (!rowDual) return
    const constraints = cell.splits.length
    const mixed = Float64Array.from(rowDual.subarray(constraints), (value) => Math.fround(Math.max(0, value)))
    if (status === 'optimal') {
      const beta = Float32Array.from(rowDual.subarray(0, constraints), (value) => Math.max(0, value))
      yield { beta, weights: check.mixed ? mixed : weights }
      return
    }
    for (const length of LENGTHS)
      for (const sign of [1, -1]) {
        const beta = Float32Array.from(rowDual.subarray(0, constraints), (value) => Math.max(0, sign * length * value))
        yield { beta, weights }
      }
  }
}

/**
 * min over the box of the row (of the largest row, for `any-positive`), subject to the cell's constraints S·z ≥ 0. In the
 * cell all of them are affine in the input.
 */
function cellModel(check: ProofCheck, cell: Cell, weights: Float64Array): SparseModel {
  const { region, pass, graph, mixed, rows } = check
  const { lower, upper } = region.box
  const builder = new ModelBuilder()
  const inputs = Int32Array.from(lower, (low, i) => builder.addColumn(low, upper[i]))
  const plain: Cell = { ...cell, splits: [] }
  for (const { place, neuron, sign } of cell.splits) {
    pass.bound(region, plain, graph.activations[place].source, (into) => (into[neuron] = sign))
    const { coefficients, constant } = pass.affine()
    builder.addRow(-constant, Infinity, inputs, coefficients)
  }
  if (!mixed) {
    check.leafBound(plain, weights)
    const { coefficients, constant } = pass.affine()
    return builder.build({ indices: inputs, values: coefficients, constant })
  }
  const functions = Array.from({ length: rows }, (_, row) => {
    check.leafBound(
      plain,
      Float64Array.from({ length: rows }, (_, r) => (r === row ? 1 : 0)),
    )
    return pass.affine()
  })
  // The column of the largest row has bounds of the size of its values: the solver's tolerances are relative to them.
  const ranges = functions.map(({ coefficients, constant }) =>
    coefficients.reduce(
      (sum, value, i) => sum + Math.abs(value) * Math.max(-lower[i], upper[i], 0),
      Math.abs(constant),
    ),
  )
  const largest = builder.addColumn(-Math.max(...ranges), Math.max(...ranges))
  for (const { coefficients, constant } of functions)
    builder.addRow(constant, Infinity, [...inputs, largest], [...coefficients.map((value) => -value), 1])
  return builder.build({ indices: Int32Array.of(largest), values: Float64Array.of(1), constant: 0 })
}
