// The thread in which HiGHS runs: one request at a time, interruptible through shared memory, results as messages.
import { loadHighs, type Highs, type HighsCallbackMap, type ModelStatusCode } from './highs.ts'
import { parentPort, workerData } from 'node:worker_threads'
import { runCases } from '../lp-split/worker-search.ts'
import { certifiedBound } from './certified-bound.ts'
import { LoadedModel } from './load-model.ts'
import type { InterruptFlag, Reply, Request, SolveResult, SolveSettings, SolveStatus } from './protocol.ts'
import type { Objective, SparseModel } from './sparse-model.ts'

/** Seconds between two progress messages. */
const PROGRESS_INTERVAL = 0.1

/** HiGHS' feasibility tolerance is 1e-7 a row: a MILP bound of a neuron counts only below what that can move it, relatively. */
const BOUND_MARGIN = 1e-6

/** A MILP that bounds a neuron ends this close to the optimum, relatively: the rest is not worth its time. */
const SWEEP_GAP = 0.01

const port = parentPort
if (!port) throw new Error('worker.ts runs in a worker thread only')
const highs = await loadHighs({ wasmModule: workerData as WebAssembly.Module })

port.on('message', (request: Request) => {
  try {
    if (request.kind === 'solve') {
      const result = solve(highs, request.model, request.settings, request.flag)
      send({ kind: 'solved', result, memoryBytes: highs.memoryBytes })
    } else if (request.kind === 'cases') {
      const report = runCases(highs, request, send)
      send({ kind: 'searched', report, memoryBytes: highs.memoryBytes })
    } else {
      sweep(highs, request)
      send({ kind: 'swept', memoryBytes: highs.memoryBytes })
    }
  } catch (thrown) {
    send({ kind: 'failed', message: thrown instanceof Error ? thrown.message : String(thrown) })
  }
})

function send(reply: Reply): void {
  port?.postMessage(reply)
}

function solve(solver: Highs, model: SparseModel, settings: SolveSettings, flag: InterruptFlag): SolveResult {
  const started = performance.now()
  const integer = settings.relax !== true && model.integer.includes(1)
  const loaded = new LoadedModel(solver, model, integer)
  try {
    loaded.inner.options.set('time_limit', Math.max(0.01, settings.seconds))
    if (integer && settings.cutoff !== undefined) loaded.setObjectiveBound(settings.cutoff)
    if (settings.start) loaded.setStart(settings.start)
    const watch = { stopped: false }
    const heard = callbacks(solver, loaded, settings, flag, watch)
    let modelStatus = loaded.run(heard)
    // HiGHS' presolve has called models empty that have points, and a start optimal that is not: without a search, either
    // takes a second look.
    const status = statusOf(solver, modelStatus)
    const doubtful = status === 'infeasible' || (status === 'optimal' && integer && settings.start !== undefined)
    if (doubtful && loaded.nodes === 0) modelStatus = loaded.runAgain(heard)
    return describe(solver, loaded, { model, modelStatus, stopped: watch.stopped, integer, started, settings })
  } finally {
    loaded.dispose()
  }
}

function callbacks(
  solver: Highs,
  loaded: LoadedModel,
  settings: SolveSettings,
  flag: InterruptFlag,
  watch: { stopped: boolean },
) {
  const channel = solver.constants.callbackType
  let nextReport = 0
  const interruptWhenAsked = (event: { interrupt(): void }): undefined => {
    if (Atomics.load(flag, 0) !== 0) event.interrupt()
  }
  return {
    [channel.simplexInterrupt]: interruptWhenAsked,
    [channel.ipmInterrupt]: interruptWhenAsked,
    [channel.mipInterrupt](event): undefined {
      const dualBound = loaded.original(event.data.mip_dual_bound ?? -Infinity)
      watch.stopped = settings.stopAbove !== undefined && dualBound > settings.stopAbove
      if (watch.stopped || Atomics.load(flag, 0) !== 0) event.interrupt()
      const seconds = event.data.running_time ?? 0
      if (seconds < nextReport) return
      nextReport = seconds + PROGRESS_INTERVAL
      const incumbent = finiteOrNull(loaded.original(event.data.mip_primal_bound ?? Infinity))
      const gap = finiteOrNull(event.data.mip_gap)
      const nodes = Number(event.data.mip_node_count ?? 0n)
      send({ kind: 'progress', progress: { dualBound, incumbent, gap, nodes } })
    },
    [channel.mipImprovingSolution](event): undefined {
      const point = event.data.mip_solution
      const objective = loaded.original(event.data.objective_function_value ?? NaN)
      if (point) send({ kind: 'candidate', point: loaded.originalPoint(point), objective })
    },
  } satisfies HighsCallbackMap
}

interface Ending {
  readonly model: SparseModel
  readonly modelStatus: ModelStatusCode
  readonly stopped: boolean
  readonly integer: boolean
  readonly started: number
  readonly settings: SolveSettings
}

function describe(solver: Highs, loaded: LoadedModel, ending: Ending): SolveResult {
  const { integer, settings } = ending
  const status = ending.stopped ? 'stopped' : statusOf(solver, ending.modelStatus)
  const { info } = loaded.inner
  const hasPoint = info.get('primal_solution_status') === solver.constants.solutionStatus.feasible
  const solution = hasPoint ? loaded.solution() : null
  const value = hasPoint ? loaded.inner.getObjectiveValue() : null
  const dualBound = integer ? loaded.original(Number(info.get('mip_dual_bound'))) : certified(ending.model, solution)
  const optimum = integer && status === 'optimal' && value !== null ? loaded.optimumBound(value) : -Infinity
  return {
    status,
    objective: value === null ? null : loaded.original(value),
    dualBound: Math.min(settings.cutoff ?? Infinity, provenBound(status, dualBound, optimum)),
    point: solution?.point ?? null,
    rowDual: integer ? null : status === 'infeasible' ? loaded.ray() : (solution?.rowDual ?? null),
    nodes: integer ? loaded.nodes : 0,
    seconds: (performance.now() - ending.started) / 1000,
  }
}

/** What the row multipliers of a linear programme prove, whatever they are. */
function certified(model: SparseModel, solution: { readonly rowDual: Float64Array } | null): number {
  return solution ? certifiedBound(model, solution.rowDual) : -Infinity
}

/** HiGHS leaves the dual bound at −∞ where presolve ends the search; an optimum is a bound up to the gap it was allowed. */
function provenBound(status: SolveStatus, dualBound: number, optimum: number): number {
  if (status === 'infeasible') return Infinity
  return Math.max(Number.isNaN(dualBound) ? -Infinity : dualBound, optimum)
}

function statusOf(solver: Highs, code: ModelStatusCode): SolveStatus {
  const { modelStatus } = solver.constants
  if (code === modelStatus.optimal || code === modelStatus.empty) return 'optimal'
  if (code === modelStatus.infeasible) return 'infeasible'
  if (code === modelStatus.timeLimit) return 'limit'
  if (code === modelStatus.interrupted) return 'interrupted'
  return 'failed'
}

/** Bounds the targets one after another on one loaded model, so that each LP starts from the basis of the one before. */
function sweep(solver: Highs, request: Extract<Request, { kind: 'sweep' }>): void {
  const { model, targets, settings, flag } = request
  const integer = settings.integer && model.integer.includes(1)
  const deadline = performance.now() + settings.seconds * 1000
  const loaded = new LoadedModel(solver, { ...model, cost: new Float64Array(model.columns), offset: 0 }, integer)
  loaded.inner.options.set('mip_rel_gap', SWEEP_GAP)
  try {
    for (const [target, { objective, wantLower, wantUpper }] of targets.entries()) {
      if (Atomics.load(flag, 0) !== 0 || performance.now() > deadline) return
      const seconds = Math.min(settings.secondsEach, (deadline - performance.now()) / 1000)
      const common = { model, seconds, flag, integer }
      const negated = wantUpper ? minimum(solver, loaded, { ...common, objective: negate(objective) }) : null
      const off = settings.signOnly === true && negated !== null && negated >= 0
      const lower = wantLower && !off ? minimum(solver, loaded, { ...common, objective }) : null
      send({ kind: 'bound', bound: { target, lower, upper: negated === null ? null : -negated } })
    }
  } finally {
    loaded.dispose()
  }
}

interface Minimum {
  readonly model: SparseModel
  readonly objective: Objective
  readonly seconds: number
  readonly flag: InterruptFlag
  readonly integer: boolean
}

/** A lower bound of the objective over the model, or null when none was found in time. */
function minimum(solver: Highs, loaded: LoadedModel, args: Minimum): number | null {
  const { model, objective, integer } = args
  const cost = new Float64Array(model.columns)
  for (let i = 0; i < objective.indices.length; i++) cost[objective.indices[i]] = objective.values[i]
  loaded.changeObjective(objective)
  loaded.inner.zeroAllClocks()
  loaded.inner.options.set('time_limit', Math.max(0.01, args.seconds))
  const code = loaded.run(callbacks(solver, loaded, { seconds: args.seconds }, args.flag, { stopped: false }))
  if (integer) return finiteOrNull(loaded.lowered(Number(loaded.inner.info.get('mip_dual_bound')), BOUND_MARGIN))
  if (statusOf(solver, code) !== 'optimal') return null
  return finiteOrNull(certifiedBound({ ...model, cost, offset: objective.constant }, loaded.solution().rowDual))
}

function negate({ indices, values, constant }: Objective): Objective {
  return { indices, values: Float64Array.from(values, (value) => -value), constant: -constant }
}

function finiteOrNull(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null
}
