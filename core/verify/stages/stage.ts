// One step of a verifier: looks at the attempt, improves what is known, decides or passes on.
import type { VerifierName } from '../outcome.ts'
import type { Attempt, Decision } from '../attempt.ts'

export interface Stage {
  /** The method that a decision of this stage is credited to. */
  readonly method: VerifierName
  /** Key of the stage's seconds in `Outcome.detail`. */
  readonly label: string
  /** Share of the time left when the stage starts that it may take. */
  readonly share: number
  /** null: not decided. `signal` aborts at the stage's own time limit too. */
  run(attempt: Attempt, seconds: number, signal: AbortSignal): Promise<Decision | null>
}

export function verifiedByBounds(attempt: Attempt): Decision | null {
  return attempt.proved ? { verdict: 'verified', evidence: 'float32' } : null
}

/** One stage with a signal that aborts at its time limit; its seconds go to `detail`. */
export async function runStage(stage: Stage, attempt: Attempt, seconds: number): Promise<Decision | null> {
  const limit = new AbortController()
  const timer = setTimeout(() => limit.abort(), Math.max(1, Math.min(seconds * 1000, 2 ** 31 - 1)))
  const before = attempt.seconds
  try {
    return await stage.run(attempt, seconds, AbortSignal.any([attempt.signal, limit.signal]))
  } finally {
    clearTimeout(timer)
    attempt.add(`${stage.label}Seconds`, attempt.seconds - before)
  }
}
