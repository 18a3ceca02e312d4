// A sparse model handed to HiGHS, with the options that every solve shares.
import type { Highs, Model } from './highs.ts'
import type { SparseModel } from './sparse-model.ts'

/** How far an optimum may be from the bound when HiGHS calls it optimal. */
export const ABSOLUTE_GAP = 1e-7
export const RELATIVE_GAP = 1e-6

/**
 * Heuristics that solve smaller MIPs look for good points, at four fifths of the time on these models; ours come from
 * attacks. Neurons of a trained network have no symmetries.
 */
const leanSearch = {
  mip_heuristic_run_rins: false,
  mip_heuristic_run_rens: false,
  mip_heuristic_run_root_reduced_cost: false,
  mip_heuristic_run_feasibility_jump: false,
  mip_detect_symmetry: false,
}

/** `integer`: keep integrality. The caller disposes of the model. */
export function loadModel(solver: Highs, model: SparseModel, integer: boolean): Model {
  const { columns: numCols, rows: numRows, starts, indices, values } = model
  const loaded = solver.createModel({
    numCols,
    numRows,
    offset: model.offset,
    colCost: model.cost,
    colLower: model.lower,
    colUpper: model.upper,
    rowLower: model.rowLower,
    rowUpper: model.rowUpper,
    matrix: { format: 'csr', numRows, numCols, starts, indices, values },
    ...(integer ? { integrality: Int32Array.from(model.integer) } : {}),
  })
  loaded.options.set({
    output_flag: false,
    mip_feasibility_tolerance: 1e-7,
    mip_abs_gap: ABSOLUTE_GAP,
    mip_rel_gap: RELATIVE_GAP,
    ...leanSearch,
  })
  return loaded
}
