// What each verifier of a run solved and in which time: the form of the pruning paper's tables 5 and 6 (spec A.8).
import type { VerdictRow } from '../contract/rows.ts'
import { verifierNameSchema } from '../contract/verdict.ts'

export interface VerifierFigures {
  readonly verifier: string
  readonly images: number
  readonly verified: number
  readonly falsified: number
  /** Sum over all images, those not solved included. */
  readonly seconds: number
}

/** One entry for each verifier that answered, in the contract's order. */
export function figuresByVerifier(rows: readonly VerdictRow[]): readonly VerifierFigures[] {
  const answered = new Set(rows.map(({ verifier }) => verifier))
  const names = verifierNameSchema.options.filter((name) => answered.has(name))
  return names.map((verifier) => {
    const own = rows.filter((row) => row.verifier === verifier)
    const count = (word: VerdictRow['verdict']): number => own.filter(({ verdict }) => verdict === word).length
    return {
      verifier,
      images: own.length,
      verified: count('verified'),
      falsified: count('falsified'),
      seconds: own.reduce((sum, { seconds }) => sum + seconds, 0),
    }
  })
}
