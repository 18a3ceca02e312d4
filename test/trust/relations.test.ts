// The relations of spec E.2 and E.3 and the traps of E.5 hold on the core as it is; the mutation test shows that they catch bugs.
import { afterAll, beforeAll, describe, it } from 'vitest'
import { openEngine } from '../../core/engine/engine.ts'
import { SolverPool } from '../../core/verify/milp/solver-pool.ts'
import { allRelations } from './relations/index.ts'
import type { Tools } from './relations/relation.ts'
import { SCALE, SEED } from './runs.ts'

const open: { tools?: Tools } = {}
beforeAll(async () => {
  open.tools = { engine: await openEngine({ threads: 1 }), pool: new SolverPool(1) }
})
afterAll(async () => {
  await open.tools?.engine.dispose()
  await open.tools?.pool.close()
})

describe.each(Object.entries(allRelations))(`%s (seed ${SEED}, runs × ${SCALE})`, (_theme, relations) => {
  it.each(Object.entries(relations))(
    '%s',
    async (_name, relation) => {
      if (open.tools) await relation(open.tools)
    },
    60_000 * Math.max(1, SCALE),
  )
})
