// A full disk and a read-only folder, on real small file systems (tmpfs); where mounting is not allowed, skipped loudly.
import { execFileSync } from 'node:child_process'
import { rmdirSync } from 'node:fs'
import { cp, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { VerdictRow } from '../../core/contract/rows.ts'
import { openStore } from '../../core/store/open.ts'
import { expectCoded } from './fail.ts'
import { temporaryHome } from './homes.ts'
import { jobRow, runRow, verdictRow } from './rows.ts'

const mounted: string[] = []

async function mount(options: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'espalier-mount-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'pipe' })
  } catch (cause) {
    rmdirSync(folder)
    throw cause
  }
  mounted.push(folder)
  return folder
}

function unmountAll(): void {
  for (const folder of mounted.splice(0)) {
    execFileSync('umount', ['--lazy', folder], { stdio: 'pipe' })
    rmdirSync(folder)
  }
}

async function whyNot(): Promise<string | null> {
  try {
    await mount('size=64k')
    return null
  } catch (cause) {
    return cause instanceof Error ? cause.message.replaceAll(/\s+/g, ' ') : String(cause)
  } finally {
    unmountAll()
  }
}

const reason = await whyNot()
if (reason !== null) console.log(`skipped: the full-disk and read-only tests need to mount a tmpfs (${reason})`)

afterEach(unmountAll)

test('a home where a file is in the way is refused', async () => {
  const file = join(await temporaryHome(), 'file')
  await writeFile(file, '')
  await expectCoded(openStore(join(file, 'home')), 'store/read-only', 'file')
  await expectCoded(openStore(file), 'store/read-only')
})

test.skipIf(process.platform !== 'linux')('a home below /proc is refused, not waited for', async () => {
  await expectCoded(openStore('/proc/espalier/home'), 'store/read-only', '/proc/espalier/home')
})

test.skipIf(reason !== null)('a read-only home is refused for writing and can be read', async () => {
  const source = await temporaryHome()
  const store = await openStore(source)
  await store.jobs.insert(jobRow())
  const hash = await store.artifacts.put(Buffer.from('abc'), 'text/plain')
  await store.close()
  const home = await mount('size=8m')
  await cp(source, home, { recursive: true })
  execFileSync('mount', ['-o', 'remount,ro', home])

  await expectCoded(openStore(home), 'store/read-only', home)
  await expectCoded(openStore(join(home, 'new')), 'store/read-only', 'new')
  await expectCoded(openStore(join(home, 'a', 'b', 'c')), 'store/read-only')
  const reader = await openStore(home, { readOnly: true })
  expect(await reader.jobs.list()).toEqual([jobRow()])
  expect(await reader.artifacts.get(hash)).toHaveLength(3)
  await expectCoded(reader.settings.set('a', 1), 'store/read-only')
  await reader.close()
})

test.skipIf(reason !== null)('a disk with no room at all is refused on start', async () => {
  const home = await mount('size=16k')
  await expectCoded(openStore(home), 'store/disk-full')
})

test.skipIf(reason !== null)('a disk that fills up keeps what was recorded and works again with room', async () => {
  const home = await mount('size=2m')
  const store = await openStore(home)
  await store.jobs.insert(jobRow())
  await store.runs.insert(runRow())
  await expectCoded(store.artifacts.put(new Uint8Array(4_000_000), 'x'), 'store/disk-full')
  const batch = (from: number): VerdictRow[] =>
    Array.from({ length: 100 }, (_, k) => verdictRow({ imageIndex: from + k }))
  let recorded = 0
  const fill = async (): Promise<void> => {
    for (; recorded < 100_000; recorded += 100) await store.verdicts.record(...batch(recorded))
  }
  await expectCoded(fill(), 'store/disk-full')
  expect(recorded).toBeGreaterThan(0)
  expect(await store.verdicts.ofRun('run-1')).toHaveLength(recorded)
  execFileSync('mount', ['-o', 'remount,size=16m', home])
  expect(await store.verdicts.record(...batch(recorded))).toBe(100)
  await store.close()
  const again = await openStore(home)
  expect(await again.verdicts.ofRun('run-1')).toHaveLength(recorded + 100)
  await again.close()
})
