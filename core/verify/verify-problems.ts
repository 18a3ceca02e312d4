// Several problems that together are one property, within one time limit: all must hold, one counterexample decides.
import type { Outcome, VerifyProgress } from './outcome.ts'
import type { Problem, Verifier } from './problem.ts'

export interface PropertyTask {
  readonly problems: readonly Problem[]
  readonly verifier: Verifier
  /** Looks at every problem for a moment before any is proved; used where there are several. */
  readonly quick: Verifier
  /** For all problems together. */
  readonly seconds: number
  readonly signal: AbortSignal
  readonly report: (progress: VerifyProgress & { readonly problem: number }) => void
}

export interface PropertyAnswer {
  /** Falsified problem by index; null where there is none. */
  readonly falsified: number | null
  readonly verdict: Outcome['verdict']
  /** Of the problem that decides: the falsified one, else the one that is furthest from proved; null without problems. */
  readonly outcome: Outcome | null
  /** Of every problem; null where it was not asked in earnest. */
  readonly outcomes: readonly (Outcome | null)[]
  /** Sum over all problems. */
  readonly domains: number
}

/** Longest first look at one of several problems, in seconds, and its share of what time there is for it. */
const QUICK_SECONDS = 0.5
const QUICK_SHARE = 0.05

/**
 * Every problem gets an equal share of the time left; what one leaves over goes to those after it and, at the end, once
 * more to those that ran out of theirs.
 * @throws EspalierError 'verify/soundness' as `Verifier.verify`
 */
export async function verifyProblems(task: PropertyTask): Promise<PropertyAnswer> {
  const round = new Rounds(task)
  const several = task.problems.length > 1
  const passes: readonly Pass[] = several
    ? [{ verifier: task.quick, seconds: (share) => Math.min(QUICK_SECONDS, share * QUICK_SHARE) }, whole, whole]
    : [whole]
  for (const pass of passes) {
    await round.run(pass)
    if (round.falsified !== null) break
  }
  return round.answer()
}

interface Pass {
  /** Default: the task's. */
  readonly verifier?: Verifier
  readonly seconds: (share: number) => number
}

const whole: Pass = { seconds: (share) => share }

class Rounds {
  falsified: number | null = null
  readonly #task: PropertyTask
  readonly #deadline: number
  readonly #outcomes: (Outcome | null)[]
  #domains = 0

  constructor(task: PropertyTask) {
    this.#task = task
    this.#deadline = performance.now() + task.seconds * 1000
    this.#outcomes = task.problems.map(() => null)
  }

  /** One pass over the problems that time can still help. */
  async run({ verifier, seconds }: Pass): Promise<void> {
    const { problems, signal, report } = this.#task
    const open = problems.map((_, i) => i).filter((i) => this.#isOpen(i))
    for (const [done, i] of open.entries()) {
      const left = (this.#deadline - performance.now()) / 1000
      if (left <= 0 || signal.aborted) return
      const budget = { seconds: seconds(left / (open.length - done)) }
      const asked = verifier ?? this.#task.verifier
      const outcome = await asked.verify(problems[i], budget, signal, (state) => report({ ...state, problem: i }))
      this.#domains += outcome.domains
      if (verifier === undefined || outcome.verdict === 'falsified') this.#outcomes[i] = outcome
      if (outcome.verdict === 'falsified') {
        this.falsified = i
        return
      }
    }
  }

  #isOpen(problem: number): boolean {
    const outcome = this.#outcomes[problem]
    return outcome === null || outcome.verdict === 'timeout'
  }

  answer(): PropertyAnswer {
    const order: readonly Outcome['verdict'][] = ['falsified', 'error', 'timeout', 'unknown']
    const asked = this.#outcomes.filter((outcome) => outcome !== null)
    const outcome = order.flatMap((verdict) => asked.find((each) => each.verdict === verdict) ?? []).at(0)
    const unasked = asked.length < this.#outcomes.length
    const verdict = outcome?.verdict ?? (unasked ? 'timeout' : 'verified')
    return {
      falsified: this.falsified,
      verdict,
      outcome: outcome ?? weakest(asked),
      outcomes: this.#outcomes,
      domains: this.#domains,
    }
  }
}

/** The verified outcome with the least evidence. */
function weakest(outcomes: readonly Outcome[]): Outcome | null {
  const order: readonly Outcome['evidence'][] = ['solver', 'float32', 'certified']
  const sorted = [...outcomes].sort((a, b) => order.indexOf(a.evidence) - order.indexOf(b.evidence))
  return sorted.at(0) ?? null
}
