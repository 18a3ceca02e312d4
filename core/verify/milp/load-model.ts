// A sparse model handed to HiGHS: scaled on the way in, its answers in the model's own units, with the options that every solve shares.
import type { Highs, HighsCallbackMap, Model, ModelStatusCode } from './highs.ts'
import {
  originalDuals,
  originalPoint,
  scaledPoint,
  scaleModel,
  scaleObjective,
  type ScaledObjective,
  type Scaling,
} from './scaling.ts'
import type { Objective, SparseModel } from './sparse-model.ts'

/** How far an optimum may be from the bound when HiGHS calls it optimal; the objective ranges over about 1. */
const ABSOLUTE_GAP = 1e-7
const RELATIVE_GAP = 1e-6

/**
 * Heuristics that solve smaller MIPs look for good points, at four fifths of the time on these models; ours come from
 * attacks. Neurons of a trained network have no symmetries. One look ahead at a binary tells enough about it: more nodes,
 * half the time.
 */
const leanSearch = {
  mip_heuristic_run_rins: false,
  mip_heuristic_run_rens: false,
  mip_heuristic_run_root_reduced_cost: false,
  mip_heuristic_run_feasibility_jump: false,
  mip_detect_symmetry: false,
  mip_pscost_minreliable: 1,
}

/** A model inside HiGHS. The caller disposes of it. */
export class LoadedModel {
  /** HiGHS' own: options, counts and clocks are the same in all units, objectives and points are not. */
  readonly inner: Model
  readonly #model: SparseModel
  readonly #scaling: Scaling
  #objective: ScaledObjective

  /** `integer`: keep integrality. */
  constructor(solver: Highs, model: SparseModel, integer: boolean) {
    const { model: scaled, scaling } = scaleModel(model)
    const { columns: numCols, rows: numRows, starts, indices, values } = scaled
    this.#model = model
    this.#scaling = scaling
    const columns = Array.from({ length: numCols }, (_, j) => j)
    this.#objective = scaleObjective(model, { indices: columns, values: model.cost, constant: model.offset }, scaling)
    this.inner = solver.createModel({
      numCols,
      numRows,
      offset: this.#objective.offset,
      colCost: this.#objective.cost,
      colLower: scaled.lower,
      colUpper: scaled.upper,
      rowLower: scaled.rowLower,
      rowUpper: scaled.rowUpper,
      matrix: { format: 'csr', numRows, numCols, starts, indices, values },
      ...(integer ? { integrality: Int32Array.from(model.integer) } : {}),
    })
    this.inner.options.set({
      output_flag: false,
      mip_feasibility_tolerance: 1e-7,
      mip_abs_gap: ABSOLUTE_GAP,
      mip_rel_gap: RELATIVE_GAP,
      ...leanSearch,
    })
  }

  setStart(point: Float64Array): void {
    if (point.length > 0) this.inner.setSolution({ colValue: scaledPoint(this.#scaling, point) })
  }

  changeObjective(objective: Objective): void {
    this.#objective = scaleObjective(this.#model, objective, this.#scaling)
    if (this.#model.columns === 0) return
    this.inner.changeColsCost({ kind: 'range', from: 0, to: this.#model.columns - 1 }, this.#objective.cost)
    this.inner.changeObjectiveOffset(this.#objective.offset)
  }

  changeBounds(lower: Float64Array, upper: Float64Array): void {
    if (lower.length === 0) return
    const all = { kind: 'range', from: 0, to: this.#model.columns - 1 } as const
    this.inner.changeColsBounds(all, scaledPoint(this.#scaling, lower), scaledPoint(this.#scaling, upper))
  }

  /** Ends a solve once the objective is known to be above this. */
  setObjectiveBound(bound: number): void {
    this.inner.options.set('objective_bound', bound * this.#objective.factor)
  }

  run(callbacks: HighsCallbackMap): ModelStatusCode {
    return this.inner.run(callbacks).modelStatus
  }

  /** The same from scratch, without start and without presolve, whose word is not to be trusted. */
  runAgain(callbacks: HighsCallbackMap): ModelStatusCode {
    this.inner.clearSolver()
    this.inner.options.set('presolve', 'off')
    return this.run(callbacks)
  }

  /** Nodes of the search tree; 0 where there was none. */
  get nodes(): number {
    return Math.max(0, Number(this.inner.info.get('mip_node_count')))
  }

  /** An objective value of HiGHS in the model's units. */
  original(value: number): number {
    return value / this.#objective.factor
  }

  /** A lower bound by HiGHS' word, lowered by `margin` times the range of the objective and times itself. */
  lowered(value: number, margin: number): number {
    return this.original(value - margin * (1 + Math.abs(value)))
  }

  /** What an optimum of this value proves: HiGHS may stop that far from it. */
  optimumBound(value: number): number {
    return this.original(value - ABSOLUTE_GAP - RELATIVE_GAP * Math.abs(value))
  }

  originalPoint(point: ArrayLike<number>): Float64Array {
    return originalPoint(this.#scaling, point)
  }

  /** Point and row multipliers of the last solve. */
  solution(): { readonly point: Float64Array; readonly rowDual: Float64Array } {
    const { columns, rows } = this.#model
    if (columns === 0) return { point: new Float64Array(0), rowDual: new Float64Array(rows) }
    const { colValue, rowDual } = this.inner.getSolution()
    const duals = originalDuals(this.#scaling, rowDual, this.#objective.factor)
    return { point: originalPoint(this.#scaling, colValue), rowDual: duals }
  }

  /** Row multipliers that prove infeasibility (a Farkas ray), where HiGHS has them. */
  ray(): Float64Array | null {
    const found = this.inner.getDualRay()
    return found ? originalDuals(this.#scaling, found.values, 1) : null
  }

  dispose(): void {
    this.inner.dispose()
  }
}
