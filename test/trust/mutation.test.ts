// Bugs injected into the core (spec E.5) are caught, each by the relation that is there for it; a mutation that no longer fits the source fails.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { mutations, type Mutation } from './mutation/mutations.ts'
import { allRelations } from './relations/index.ts'

const script = (name: string): string => fileURLToPath(new URL(`./mutation/${name}`, import.meta.url))

describe('injected bugs', () => {
  it.each(mutations.map((mutation) => [mutation.bug, mutation.caughtBy, mutation] as const))(
    '%s → %s',
    async (_bug, _relation, mutation) => {
      const { code, said } = await runMutant(mutation)
      expect([code, said], said).toEqual([1, said])
      expect(said).not.toBe('')
    },
    120_000,
  )

  it('name relations that exist, and so hold without the bug', () => {
    const names = Object.values(allRelations).flatMap((relations) => Object.keys(relations))
    for (const { caughtBy } of mutations) expect(names).toContain(caughtBy)
  })
})

/** Exit code 1 where the relation failed, 0 where it held, 2 where something broke on the way, 3 where the mutation did not fit. */
function runMutant({ edits, caughtBy }: Mutation): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, ['--import', script('hook.ts'), script('mutant.ts'), caughtBy], {
    env: { ...process.env, ESPALIER_MUTATION: JSON.stringify(edits) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => (said = `${said}${data.toString()}`.slice(-4000)))
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, said })))
}
