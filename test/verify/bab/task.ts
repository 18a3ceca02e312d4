// A branch-and-bound question about a small network, answered without the other stages.
import { createBounder } from '../../../core/bounds/bounder.ts'
import type { Box } from '../../../core/bounds/box.ts'
import { intervalBounds } from '../../../core/bounds/interval.ts'
import type { Engine } from '../../../core/engine/engine.ts'
import type { Network } from '../../../core/nn/index.ts'
import type { CellSolver } from '../../../core/verify/bab/cell.ts'
import { decideByBab } from '../../../core/verify/bab/decide.ts'
import type { BabReport, BabTask } from '../../../core/verify/bab/task.ts'
import { defaultSettings, type BabSettings } from '../../../core/verify/bab/settings.ts'
import { solveCellLp } from '../../../core/verify/milp/cell.ts'
import type { SolverPool } from '../../../core/verify/milp/solver-pool.ts'
import type { Property } from '../../../core/verify/problem.ts'
import { Replay } from '../../../core/verify/replay.ts'

/** Few programs, small batches (compile time is most of a small test's time), neurons tightened early. */
export const smallSettings: BabSettings = {
  ...defaultSettings,
  sizes: [16],
  tighten: [{ after: 6, domainsEach: 16 }],
  ascent: { ...defaultSettings.ascent, iterations: 8 },
}

export interface Question {
  readonly engine: Engine
  readonly network: Network
  readonly box: Box
  readonly property: Property
}

/** HiGHS for cells with nothing left to split. */
export function cellSolver(pool: SolverPool): CellSolver {
  return { solve: (cell, signal) => solveCellLp(pool, cell, 10, signal) }
}

export async function ask(question: Question, changes: Partial<BabTask> = {}): Promise<BabReport> {
  const { engine, network, box, property } = question
  const replay = new Replay(question)
  const bounder = createBounder(engine, network)
  return await decideByBab({
    engine,
    bounder,
    box,
    property,
    openRows: Array.from({ length: property.rows.rows }, (_, row) => row),
    bounds: await bounder.preActivations(box, { known: intervalBounds(network, box).preActivations }),
    seconds: 20,
    signal: new AbortController().signal,
    settings: smallSettings,
    accept: (point) => replay.accept(point),
    progress: () => undefined,
    ...changes,
  })
}
