// The search by cases inside a solver thread: one loaded model whose column bounds change, each solve from the last basis.
import type { Highs } from '../milp/highs.ts'
import { LoadedModel } from '../milp/load-model.ts'
import type { CasesRequest, Reply } from '../milp/protocol.ts'
import type { CaseReport } from './cases.ts'
import { searchCases, type CaseSolution, type CaseSolver } from './search.ts'
import type { CaseBounds } from './propagate.ts'

/** A linear programme is given up once its objective passes this: a bound above 0 is enough. */
const CUTOFF = 1e-4
const NO_CUTOFF = 1e100

/** Works through the cases of a request until they are done, its time is up, or its flag is raised. */
export function runCases(solver: Highs, request: CasesRequest, send: (reply: Reply) => void): CaseReport {
  const { caseModel, cases, seconds, flag } = request
  const deadline = performance.now() + seconds * 1000
  const stopped = (): boolean => Atomics.load(flag, 0) !== 0 || performance.now() > deadline
  const loaded = new LoadedModel(solver, caseModel.model, false)
  try {
    const limits = {
      stopped,
      candidate: (point: Float64Array) =>
        send({ kind: 'candidate', point, objective: loaded.original(loaded.inner.getObjectiveValue()) }),
    }
    return searchCases(caseModel, cases, new HighsCases(solver, loaded, deadline, flag), limits)
  } finally {
    loaded.dispose()
  }
}

class HighsCases implements CaseSolver {
  readonly #solver: Highs
  readonly #model: LoadedModel
  readonly #deadline: number
  readonly #flag: CasesRequest['flag']

  constructor(solver: Highs, model: LoadedModel, deadline: number, flag: CasesRequest['flag']) {
    this.#solver = solver
    this.#model = model
    this.#deadline = deadline
    this.#flag = flag
  }

  solve({ lower, upper }: CaseBounds, exact: boolean): CaseSolution {
    const model = this.#model
    const { modelStatus } = this.#solver.constants
    if (exact) model.inner.clearSolver()
    model.changeBounds(lower, upper)
    model.setObjectiveBound(exact ? NO_CUTOFF : CUTOFF)
    model.inner.zeroAllClocks()
    model.inner.options.set('time_limit', Math.max(0.01, (this.#deadline - performance.now()) / 1000))
    const code = this.#run()
    if (code === modelStatus.interrupted || code === modelStatus.timeLimit) return nothing('stopped')
    if (code === modelStatus.infeasible) return { status: 'infeasible', rowDual: model.ray(), point: null }
    if (code !== modelStatus.optimal && code !== modelStatus.objectiveBound) return nothing('failed')
    const { rowDual, point } = model.solution()
    return code === modelStatus.optimal
      ? { status: 'optimal', rowDual, point }
      : { status: 'above', rowDual, point: null }
  }

  /** What HiGHS calls an error is a case without a solution; anything else is the end of the thread. */
  #run(): number {
    const channel = this.#solver.constants.callbackType
    const interruptWhenAsked = (event: { interrupt(): void }): undefined => {
      if (Atomics.load(this.#flag, 0) !== 0) event.interrupt()
    }
    try {
      return this.#model.run({ [channel.simplexInterrupt]: interruptWhenAsked })
    } catch (thrown) {
      if (thrown instanceof this.#solver.errors.HighsError) return this.#solver.constants.modelStatus.solveError
      throw thrown
    }
  }
}

function nothing(status: 'stopped' | 'failed'): CaseSolution {
  return { status, rowDual: null, point: null }
}
