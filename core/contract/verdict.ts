// Verdict words, evidence tiers and verifier names: what may be said about a robustness question, and on what grounds.
import { z } from 'zod'

/** What a verifier concluded. `unknown`: it gave up (limits other than time); `timeout`: the time limit ended it. */
export const verdictSchema = z.enum(['verified', 'falsified', 'unknown', 'timeout', 'error'])
export type Verdict = z.infer<typeof verdictSchema>

/**
 * On what grounds. `certified`: every leaf re-proved in float64 with rounding accounted for; `float32`: bounds of the
 * search; `solver`: HiGHS' word; `replayed`: a counterexample evaluated in float64 on the original network.
 */
export const evidenceSchema = z.enum(['certified', 'float32', 'solver', 'replayed'])
export type Evidence = z.infer<typeof evidenceSchema>

/**
 * Whether proofs are made in float64 after a search: `auto` where that takes less than a third of the search's time or
 * a twentieth of the time limit (3 s at most), `always` whatever it takes within the limit.
 */
export const certifyModeSchema = z.enum(['auto', 'always', 'never'])
export type CertifyMode = z.infer<typeof certifyModeSchema>

/**
 * Verifiers a user can choose. `auto` is the cascade of Espalier's own methods; `milp`, `mipverify`, `lp-split` and
 * `deeppoly` work as the tools of the pruning paper do (ERAN complete, MIPVerify, Marabou, ERAN incomplete).
 */
export const verifierNameSchema = z.enum([
  'auto', 'attack', 'interval', 'crown', 'deeppoly', 'alpha-crown', 'crown-envelope', 'bab', 'milp', 'mipverify', 'lp-split',
]) // prettier-ignore
export type VerifierName = z.infer<typeof verifierNameSchema>
