// What the stages that work with HiGHS share: errors that other stages can stand in for, and bounds of the whole property.
import { EspalierError } from '../../contract/errors.ts'
import type { Evidence } from '../../contract/verdict.ts'
import type { Attempt, Decision } from '../attempt.ts'
import { NotEncodable } from '../milp/encode.ts'

/** Runs a stage; a network that has no linear programme and a solver that broke leave the question to others. */
export async function withSolver(attempt: Attempt, work: () => Promise<Decision | null>): Promise<Decision | null> {
  try {
    return await work()
  } catch (thrown) {
    if (thrown instanceof NotEncodable) attempt.reason = `no linear programme: ${thrown.message}`
    else if (thrown instanceof EspalierError && thrown.code === 'verify/solver') attempt.failure = thrown
    else throw thrown
    return null
  }
}

/** A bound of the open rows as a bound of the whole property: rows proved before may be lower. */
export function wholeBound(attempt: Attempt, lowerBound: number): number {
  if (attempt.problem.property.kind === 'any-positive') return lowerBound
  return attempt.rowLower.reduce((low, value) => (value > 0 ? Math.min(low, value) : low), lowerBound)
}

/** The decision once every open row is known to be at least `lowerBound`. */
export function verifiedByRows(attempt: Attempt, lowerBound: number, evidence: Evidence): Decision {
  const { openRows } = attempt
  if (attempt.problem.property.kind === 'all-positive')
    attempt.raise(openRows, new Float64Array(openRows.length).fill(lowerBound))
  return { verdict: 'verified', evidence }
}
