// Downloads against a server on this machine: verified, resumed, mirrors tried in turn, nothing wrong kept.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { create } from 'tar'
import { afterEach, expect, test } from 'vitest'
import { catalogueEntry, download } from '../../core/data/catalogue/download.ts'
import { catalogue, type CatalogueEntry } from '../../core/data/catalogue/entries.ts'
import { openDataset } from '../../core/data/open.ts'
import { idxFolder, temporaryFolder } from './idx-files.ts'
import { coded, folderOf } from './support.ts'

type Handler = (request: IncomingMessage, response: ServerResponse) => void

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections()
})

/** The folder's address of a server that answers with `handler`. */
async function serve(handler: Handler): Promise<string> {
  const server = createServer(handler)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/sets/`
}

const content = Buffer.from(Array.from({ length: 300_000 }, (_, k) => (k * k) % 251))
const entryOf = (mirrors: string[], bytes: Buffer = content): CatalogueEntry => ({
  name: 'it',
  title: 'It',
  home: '',
  mirrors,
  files: [{ name: 'file.bin', bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }],
})

/** Answers ranges as servers of files do. */
const whole: Handler = (request, response) => {
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
  if (start > 0) response.setHeader('content-range', `bytes ${start}-${content.length - 1}/${content.length}`)
  response.writeHead(start > 0 ? 206 : 200).end(content.subarray(start))
}

const fetchInto = (directory: string, entry: CatalogueEntry, signal = new AbortController().signal): Promise<void> =>
  download({ entry, directory, signal, onProgress: () => undefined })

test('a file is fetched once; a second call only compares the hash', async () => {
  let requests = 0
  const mirror = await serve((request, response) => {
    requests++
    expect(request.url).toBe('/sets/file.bin')
    whole(request, response)
  })
  const directory = join(await temporaryFolder(), 'new')
  const seen: number[] = []
  const signal = new AbortController().signal
  await download({ entry: entryOf([mirror]), directory, signal, onProgress: (_, bytes) => seen.push(bytes) })
  expect(await readFile(join(directory, 'file.bin'))).toEqual(content)
  expect(seen.at(-1)).toBe(content.length)
  expect(await readdir(directory)).toEqual(['file.bin'])
  await fetchInto(directory, entryOf([mirror]))
  expect(requests).toBe(1)
})

test('an interrupted download goes on where it stopped', async () => {
  const ranges: (string | undefined)[] = []
  const mirror = await serve((request, response) => {
    ranges.push(request.headers.range)
    if (ranges.length > 1) {
      whole(request, response)
      return
    }
    response.writeHead(200, { 'content-length': content.length })
    response.write(content.subarray(0, 100_000), () => setTimeout(() => response.destroy(), 50))
  })
  const directory = await temporaryFolder()
  await expect(fetchInto(directory, entryOf([mirror]))).rejects.toThrow(coded('download/failed', '127.0.0.1'))
  const there = (await readFile(join(directory, 'file.bin.part'))).length
  expect(there).toBeGreaterThan(0)
  await fetchInto(directory, entryOf([mirror]))
  expect(ranges).toEqual([undefined, `bytes=${there}-`])
  expect(await readFile(join(directory, 'file.bin'))).toEqual(content)
})

test('a server that knows no ranges gives the whole file again; a wrong start of the file is noticed', async () => {
  const directory = await temporaryFolder()
  await writeFile(join(directory, 'file.bin.part'), content.subarray(0, 5_000))
  await fetchInto(directory, entryOf([await serve((_, response) => response.writeHead(200).end(content))]))
  expect(await readFile(join(directory, 'file.bin'))).toEqual(content)
  const other = await temporaryFolder()
  await writeFile(join(other, 'file.bin.part'), Buffer.alloc(5_000))
  await fetchInto(other, entryOf([await serve(whole)]))
  expect(await readFile(join(other, 'file.bin'))).toEqual(content)
})

test('another file than the official one is not kept', async () => {
  const changed = Buffer.from(content)
  changed[7] ^= 1
  const mirror = await serve((_, response) => response.writeHead(200).end(changed))
  const directory = await temporaryFolder()
  await expect(fetchInto(directory, entryOf([mirror]))).rejects.toThrow(coded('download/hash', 'file.bin'))
  expect(await readdir(directory)).toEqual([])
})

test('a server that gives too much, too little, or an error; then the next mirror is asked', async () => {
  const longer = await serve((_, response) => response.writeHead(200).end(Buffer.concat([content, content])))
  const shorter = await serve((_, response) => response.writeHead(200).end(content.subarray(0, 10)))
  const missing = await serve((_, response) => response.writeHead(404).end('no'))
  for (const [mirror, words] of [
    [longer, 'more than the 300000'],
    [shorter, 'ended after 10'],
    [missing, 'answers 404'],
    ['http://127.0.0.1:9/', '127.0.0.1:9'],
  ])
    // prettier-ignore
    await expect(fetchInto(await temporaryFolder(), entryOf([mirror]))).rejects.toThrow(coded('download/failed', words))
  const directory = await temporaryFolder()
  await fetchInto(directory, entryOf([missing, longer, await serve(whole)]))
  expect(await readFile(join(directory, 'file.bin'))).toEqual(content)
})

test('a download can be stopped, and goes on later', async () => {
  const stop = new AbortController()
  const slow = await serve((_, response) => {
    response.writeHead(200)
    response.write(content.subarray(0, 50_000), () => setTimeout(() => stop.abort(), 30))
  })
  const directory = await temporaryFolder()
  await expect(fetchInto(directory, entryOf([slow]), stop.signal)).rejects.toThrow(coded('job/cancelled', 'stopped'))
  await fetchInto(directory, entryOf([await serve(whole)]))
  expect(await readFile(join(directory, 'file.bin'))).toEqual(content)
})

test('a folder that cannot be written is no fault of the server', async () => {
  const file = join(await folderOf({ taken: 'text' }), 'taken')
  await expect(fetchInto(file, entryOf([await serve(whole)]))).rejects.toThrow(coded('input/unreadable', 'cannot be written')) // prettier-ignore
})

test('of an archive only the files wanted are taken out, and they open', async () => {
  const record = Buffer.concat([Buffer.from([4]), Buffer.alloc(3072, 9)])
  const packed = await folderOf({ 'inner/data_batch_1.bin': record, 'inner/test_batch.bin': record, 'inner/readme.html': 'x' }) // prettier-ignore
  const archive = join(packed, 'cifar-10-binary.tar.gz')
  await create({ gzip: true, file: archive, cwd: packed }, ['inner'])
  const bytes = await readFile(archive)
  const mirror = await serve((_, response) => response.writeHead(200).end(bytes))
  const { unpack } = catalogueEntry('cifar10')
  const base = entryOf([mirror], bytes)
  const entry = { ...base, files: [{ ...base.files[0], name: 'cifar-10-binary.tar.gz' }], ...(unpack && { unpack }) }
  const directory = join(await temporaryFolder(), 'cifar10')
  await fetchInto(directory, entry)
  expect((await readdir(directory)).toSorted()).toEqual([
    'cifar-10-binary.tar.gz',
    'data_batch_1.bin',
    'test_batch.bin',
  ])
  expect((await openDataset({ source: 'auto', directory })).test.count).toBe(1)
})

test('the catalogue names known datasets, each file with a hash, each address well formed', () => {
  expect(catalogue.map(({ name }) => name)).toEqual(['mnist', 'fashion-mnist', 'cifar10', 'svhn'])
  for (const { files, mirrors } of catalogue) {
    for (const { sha256, bytes, name } of files) {
      expect(sha256).toMatch(/^[0-9a-f]{64}$/)
      expect(bytes).toBeGreaterThan(1000)
      for (const mirror of mirrors) expect(new URL(name, mirror).href).toBe(mirror + name)
    }
  }
  expect(() => catalogueEntry('imagenet')).toThrow(coded('download/unknown', 'imagenet'))
})

test('a folder in a folder stands for it; files beside it do not hurt', async () => {
  const inner = await idxFolder()
  const outer = await temporaryFolder()
  await mkdir(join(outer, 'MNIST', 'raw'), { recursive: true })
  for (const name of await readdir(inner)) await writeFile(join(outer, 'MNIST', 'raw', name), await readFile(join(inner, name))) // prettier-ignore
  await writeFile(join(outer, 'readme.txt'), 'x')
  expect((await openDataset({ source: 'auto', directory: outer })).train.count).toBe(12)
  await rm(join(outer, 'MNIST'), { recursive: true })
  expect(existsSync(join(outer, 'MNIST'))).toBe(false)
  await expect(openDataset({ source: 'auto', directory: outer })).rejects.toThrow(coded('data/unknown-format', outer))
})
