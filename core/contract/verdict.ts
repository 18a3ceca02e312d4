// Verdict words and evidence tiers, shared by the core, the store, the command line and the renderer.
import { z } from 'zod'

/** What a verifier concluded about one instance. */
export const verdictSchema = z.enum(['verified', 'falsified', 'unknown', 'timeout', 'error'])
export type Verdict = z.infer<typeof verdictSchema>

/**
 * Why a verdict may be believed: `certified` (every leaf re-proved in float64 with rounding accounted for),
 * `float32` (search bounds), `solver` (HiGHS' word), `replayed` (a counterexample evaluated in float64 on the original network).
 */
export const evidenceSchema = z.enum(['certified', 'float32', 'solver', 'replayed'])
export type Evidence = z.infer<typeof evidenceSchema>

/** The verifiers a user can choose; `auto` is the cascade of the others. */
export const verifierNameSchema = z.enum(['auto', 'attack', 'interval', 'crown', 'alpha-crown', 'bab', 'milp'])
export type VerifierName = z.infer<typeof verifierNameSchema>
