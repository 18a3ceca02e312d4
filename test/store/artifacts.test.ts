// Artifacts: one file per content, verified on read, deleted only when nothing needs them.
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openStore } from '../../core/store/open.ts'
import type { Store } from '../../core/store/store.ts'
import { expectCoded } from './fail.ts'
import { temporaryHome } from './homes.ts'
import { modelRow } from './rows.ts'

const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
let store: Store

beforeEach(async () => {
  store = await openStore(await temporaryHome())
})
afterEach(() => store.close())

test('the hash is the SHA-256 of the bytes (FIPS 180: "abc"), the file lies under it', async () => {
  expect(await store.artifacts.put(Buffer.from('abc'), 'text/plain')).toBe(abc)
  expect(await readFile(join(store.home, 'artifacts', 'ba', abc.slice(2)), 'utf8')).toBe('abc')
  expect(Buffer.from(await store.artifacts.get(abc)).toString()).toBe('abc')
  expect(await store.artifacts.info(abc)).toMatchObject({ hash: abc, mediaType: 'text/plain', size: 3 })
})

test('the same bytes are one artifact, also when put at once', async () => {
  const hashes = await Promise.all([1, 2, 3, 4].map(() => store.artifacts.put(Buffer.from('abc'), 'text/plain')))
  expect(new Set(hashes)).toEqual(new Set([abc]))
  expect(await readdir(join(store.home, 'artifacts', 'ba'))).toEqual([abc.slice(2)])
  expect(await readdir(join(store.home, 'artifacts', 'tmp'))).toEqual([])
})

test('bytes can be viewed as numbers: the buffer starts at 0', async () => {
  const values = Float64Array.from([0.1, -2])
  const hash = await store.artifacts.put(new Uint8Array(values.buffer), 'application/x-float64')
  expect(new Float64Array((await store.artifacts.get(hash)).buffer)).toEqual(values)
})

test('a changed file is never returned; putting the content again mends it', async () => {
  await store.artifacts.put(Buffer.from('abc'), 'text/plain')
  await writeFile(join(store.home, 'artifacts', 'ba', abc.slice(2)), 'abd')
  await expectCoded(store.artifacts.get(abc), 'store/corrupt', 'ba7816bf')
  await store.artifacts.put(Buffer.from('abc'), 'text/plain')
  expect(await store.artifacts.get(abc)).toHaveLength(3)
})

test('missing, and not a hash at all', async () => {
  await expectCoded(store.artifacts.get('0'.repeat(64)), 'store/missing', '00000000')
  await expectCoded(store.artifacts.get('../../etc/passwd'), 'store/missing', 'not the hash')
  expect(await store.artifacts.info(abc)).toBeNull()
})

test('an artifact that a model needs cannot be released', async () => {
  await store.artifacts.put(Buffer.from('abc'), 'text/plain')
  await store.models.insert(modelRow(abc))
  expect(await store.artifacts.release(abc)).toBe(false)
  expect(await store.artifacts.get(abc)).toHaveLength(3)
  const other = await store.artifacts.put(Buffer.from('free'), 'text/plain')
  expect(await store.artifacts.release(other)).toBe(true)
  await expectCoded(store.artifacts.get(other), 'store/missing')
})

test('what a killed process left half written is cleared on the next start', async () => {
  const { home } = store
  await store.close()
  await writeFile(join(home, 'artifacts', 'tmp', 'half'), 'x')
  store = await openStore(home)
  expect(await readdir(join(home, 'artifacts', 'tmp'))).toEqual([])
})
