// A new data folder is this user's alone; one that is there keeps what its owner chose.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openStore } from '../../core/store/open.ts'

const mode = (path: string): number => statSync(path).mode & 0o777

it.runIf(process.platform !== 'win32')('other users cannot look into a new data folder', async () => {
  const scratch = mkdtempSync(join(tmpdir(), 'espalier-home-'))
  const before = process.umask(0o022)
  const [fresh, chosen] = [join(scratch, 'new', 'home'), join(scratch, 'shared')]
  mkdirSync(chosen)
  chmodSync(chosen, 0o755)
  for (const home of [fresh, chosen]) await (await openStore(home)).close()
  expect([mode(join(scratch, 'new')), mode(fresh), mode(chosen)]).toEqual([0o700, 0o700, 0o755])
  process.umask(before)
  rmSync(scratch, { recursive: true })
})
