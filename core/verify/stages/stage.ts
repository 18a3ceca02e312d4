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
