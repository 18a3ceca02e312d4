// The process of one mutant: puts the core, changed by the hook, to one relation. Exit code 0: it holds, 1: it does not, 2: it broke.
import { AssertionError } from 'node:assert'
import { EspalierError } from '../../../core/contract/errors.ts'
import { openEngine } from '../../../core/engine/engine.ts'
import { SolverPool } from '../../../core/verify/milp/solver-pool.ts'
import { relationNamed } from '../relations/index.ts'

const engine = await openEngine({ threads: 1 })
const pool = new SolverPool(1)
let code = 0
try {
  await relationNamed(process.argv[2])({ engine, pool })
} catch (thrown) {
  const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown
  process.stdout.write(cause instanceof Error ? cause.message.slice(0, 500) : String(cause))
  const contradicted = cause instanceof EspalierError && cause.code === 'verify/soundness'
  code = cause instanceof AssertionError || contradicted ? 1 : 2
}
process.exit(code)
