// A relation that must hold between results of the core: checked by the tests, and what catches the bugs injected by the mutation test.
import assert from 'node:assert/strict'
import type { Engine } from '../../../core/engine/engine.ts'
import type { SolverPool } from '../../../core/verify/milp/solver-pool.ts'

export interface Tools {
  readonly engine: Engine
  readonly pool: SolverPool
}

/** Throws where the relation does not hold. Uses no test runner, so that a mutated core can be put to it in a bare process. */
export type Relation = (tools: Tools) => Promise<void>
export type Relations = Readonly<Record<string, Relation>>

/** Fails unless |a − b| ≤ tolerance, element by element. */
export function requireClose(a: ArrayLike<number>, b: ArrayLike<number>, tolerance: number, what: string): void {
  assert.equal(a.length, b.length, what)
  for (let i = 0; i < a.length; i++)
    assert.ok(Math.abs(a[i] - b[i]) <= tolerance, `${what}: element ${i} is ${a[i]} against ${b[i]}`)
}
