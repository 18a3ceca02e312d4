// The exact linear programme of one cell of ReLU phases: the last word on a domain whose neurons are all split.
import type { Box, OutputRows, PreActivationBounds } from '../../bounds/box.ts'
import type { Network } from '../../nn/index.ts'
import { certifiedBound } from './certified-bound.ts'
import { encodeRow } from './objective.ts'
import type { SolverPool } from './solver-pool.ts'

/** A cell: the part of the box where the split neurons have the given signs. */
export interface Cell {
  /** Fused network. */
  readonly network: Network
  readonly box: Box
  /** Bounds of the root or of the domain, by the node that feeds the activation. */
  readonly bounds: PreActivationBounds
  /** +1: z ≥ 0, −1: z ≤ 0, 0: not split; by the node that feeds the activation. */
  readonly phases: ReadonlyMap<string, Int8Array>
  readonly rows: OutputRows
  /** Which row to minimise. */
  readonly row: number
  /** Minimise the largest of all rows instead of `row`. */
  readonly largest?: boolean
}

export interface CellResult {
  /**
   * Lower bound of the row over the cell (over the triangle relaxation of neurons not split): rebuilt from the row duals
   * with outward rounding. Infinity for an empty cell; −Infinity when nothing was found in time.
   */
  readonly bound: number
  /** false where HiGHS calls the cell empty and no ray proves it: then nothing is known. */
  readonly certified: boolean
  /** The minimiser as an input of the network: a candidate counterexample. */
  readonly point: Float64Array | null
}

/** Solves the linear programme of a cell. @throws NotEncodable, EspalierError 'verify/solver'. */
export async function solveCellLp(
  pool: SolverPool,
  cell: Cell,
  seconds: number,
  signal: AbortSignal,
): Promise<CellResult> {
  const { network, box, rows } = cell
  const bounds = clampToPhases(cell.bounds, cell.phases)
  const kind = cell.largest === true ? 'any-positive' : 'all-positive'
  const { encoding, objective } = encodeRow({ network, box, bounds, property: { kind, rows } }, cell.row)
  for (const [source, signs] of cell.phases)
    for (let neuron = 0; neuron < signs.length; neuron++)
      if (signs[neuron] !== 0) encoding.constrain(source, neuron, signs[neuron] > 0)
  const model = encoding.builder.build(objective)
  const result = await pool.solve(model, { seconds, relax: true }, signal)
  if (result.status === 'optimal' && result.rowDual)
    return {
      bound: certifiedBound(model, result.rowDual),
      certified: true,
      point: result.point && encoding.inputOf(result.point),
    }
  if (result.status === 'infeasible') {
    const feasibility = { ...model, cost: new Float64Array(model.columns), offset: 0 }
    const rays = result.rowDual ? [result.rowDual, result.rowDual.map((value) => -value)] : []
    const certified = rays.some((ray) => certifiedBound(feasibility, ray) > 0)
    return { bound: certified ? Infinity : -Infinity, certified, point: null }
  }
  return { bound: -Infinity, certified: true, point: null }
}

function clampToPhases(bounds: PreActivationBounds, phases: ReadonlyMap<string, Int8Array>): PreActivationBounds {
  const clamped = new Map(bounds)
  for (const [source, signs] of phases) {
    const known = bounds.get(source)
    const lower = Float64Array.from(signs, (sign, i) =>
      Math.max(known?.lower[i] ?? -Infinity, sign > 0 ? 0 : -Infinity),
    )
    const upper = Float64Array.from(signs, (sign, i) => Math.min(known?.upper[i] ?? Infinity, sign < 0 ? 0 : Infinity))
    clamped.set(source, { lower, upper })
  }
  return clamped
}
