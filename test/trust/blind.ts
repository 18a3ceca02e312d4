// Deciders with their eyes closed to counterexamples: an unsound bound cannot hide behind an attack that finds one first.
import { createBounder } from '../../core/bounds/bounder.ts'
import type { Box } from '../../core/bounds/box.ts'
import { intervalBounds } from '../../core/bounds/interval.ts'
import { EspalierError } from '../../core/contract/errors.ts'
import type { Engine } from '../../core/engine/engine.ts'
import type { Network } from '../../core/nn/index.ts'
import { decideByBab } from '../../core/verify/bab/decide.ts'
import { decideByInputSplit } from '../../core/verify/input-split/decide.ts'
import { decideByCases } from '../../core/verify/lp-split/decide.ts'
import { decideByMilp } from '../../core/verify/milp/decide.ts'
import { NotEncodable } from '../../core/verify/milp/encode.ts'
import type { SolverPool } from '../../core/verify/milp/solver-pool.ts'
import type { Property } from '../../core/verify/problem.ts'
import { Replay } from '../../core/verify/replay.ts'
import { cellSolver, smallSettings } from '../verify/bab/task.ts'

export interface Blindfold {
  readonly engine: Engine
  readonly pool: SolverPool
}

export interface Question {
  readonly network: Network
  readonly box: Box
  readonly property: Property
}

/** What a decider claims: the property, and a lower bound of its value. */
export interface Claim {
  readonly verified: boolean
  readonly lowerBound: number
}

export type Decider = (with_: Blindfold, question: Question, seconds: number) => Promise<Claim | null>

export const deciders = {
  bab: byBab,
  'input-split': byInputSplit,
  milp: byMilp,
  'lp-split': byCases,
} satisfies Record<string, Decider>

const never = new AbortController().signal

async function byBab({ engine, pool }: Blindfold, question: Question, seconds: number): Promise<Claim> {
  const { network, box, property } = question
  const bounder = createBounder(engine, network)
  const { status, lowerBound } = await decideByBab({
    engine,
    bounder,
    box,
    property,
    openRows: Array.from({ length: property.rows.rows }, (_, row) => row),
    bounds: await bounder.preActivations(box, { known: intervalBounds(network, box).preActivations }),
    seconds,
    signal: never,
    settings: smallSettings,
    cells: cellSolver(pool),
    accept: () => null,
    progress: () => undefined,
  })
  return { verified: status === 'verified', lowerBound }
}

/** null: not a chain of dense layers. */
async function byInputSplit(_with: Blindfold, question: Question, seconds: number): Promise<Claim | null> {
  const { network, box, property } = question
  const openRows = Array.from({ length: property.rows.rows }, (_, row) => row)
  const ears = { accept: () => null, progress: () => undefined }
  const report = await decideByInputSplit({ network, box, property, openRows, seconds, signal: never, ...ears })
  return report && { verified: report.status === 'verified', lowerBound: report.lowerBound }
}

/** null: the solver cannot take the network, and says so. */
async function byMilp({ engine, pool }: Blindfold, question: Question, seconds: number): Promise<Claim | null> {
  const { network, box, property } = question
  const bounds = await createBounder(engine, network).preActivations(box)
  const rows = Array.from({ length: property.rows.rows }, (_, row) => row)
  const replay = new Unconvinced(question)
  return await orNothing(() =>
    decideByMilp({ network, box, property, rows, bounds, replay, pool, seconds, signal: never }),
  )
}

/** null: as for MILP. */
async function byCases({ engine, pool }: Blindfold, question: Question, seconds: number): Promise<Claim | null> {
  const { network, box, property } = question
  const bounds = await createBounder(engine, network).preActivations(box)
  const rows = Array.from({ length: property.rows.rows }, (_, row) => row)
  return await orNothing(async () => {
    const ears = { accept: () => null, progress: () => undefined }
    return await decideByCases({ network, box, property, rows, bounds, pool, seconds, signal: never, ...ears })
  })
}

/** What the solver claims; null where it cannot take the network, and says so. */
async function orNothing(decide: () => Promise<{ status: string; lowerBound: number }>): Promise<Claim | null> {
  try {
    const { status, lowerBound } = await decide()
    return { verified: status === 'verified', lowerBound }
  } catch (thrown) {
    if (thrown instanceof NotEncodable) return null
    if (thrown instanceof EspalierError && thrown.code === 'verify/solver') return null
    throw thrown
  }
}

/** A replay that accepts nothing. */
class Unconvinced extends Replay {
  override accept(): null {
    return null
  }
}
