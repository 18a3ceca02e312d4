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

/** Verifiers a user can choose; `auto` is the cascade of all the others. */
export const verifierNameSchema = z.enum(['auto', 'attack', 'interval', 'crown', 'alpha-crown', 'bab', 'milp'])
export type VerifierName = z.infer<typeof verifierNameSchema>
