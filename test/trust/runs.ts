// How often and from which seed the tests of trust run: fixed by default, more with ESPALIER_TRUST_RUNS, elsewhere with ESPALIER_TRUST_SEED.

export const SEED = Number(process.env.ESPALIER_TRUST_SEED ?? 20_261_122)
export const SCALE = Number(process.env.ESPALIER_TRUST_RUNS ?? 1)

/** Options of a fast-check property of `count` runs. */
export function runs(count: number): { readonly numRuns: number; readonly seed: number } {
  return { numRuns: Math.max(1, Math.round(count * SCALE)), seed: SEED }
}
