// Reading IDX files: both naming forms, gzip or not, and one coded error for each way a file can be bad.
import { rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { readIdx } from '../../core/data/idx/read.ts'
import { detectSource, openDataset } from '../../core/data/open.ts'
import { idxBytes, idxFolder, imagesFile, labelsFile, temporaryFolder } from './idx-files.ts'
import { coded } from './support.ts'

async function fileWith(bytes: Uint8Array, name = 'file'): Promise<string> {
  const path = join(await temporaryFolder(), name)
  await writeFile(path, bytes)
  return path
}

describe.each([
  { gzip: false, separator: '-' },
  { gzip: true, separator: '-' },
  { gzip: false, separator: '.' },
  { gzip: true, separator: '.' },
])('a folder with gzip $gzip and separator $separator', (form) => {
  test('opens with the values, labels and shapes of the files', async () => {
    const folder = await idxFolder(form)
    const pair = await openDataset(await detectSource(folder))
    expect(pair.train).toMatchObject({ count: 12, shape: [1, 2, 3], split: 'train' })
    expect(pair.test).toMatchObject({ count: 5, classes: Array.from({ length: 10 }, (_, k) => String(k)) })
    expect([...pair.train.image(1)]).toEqual([6, 7, 8, 9, 10, 11].map((k) => Math.fround(k / 255)))
    expect([...pair.test.labels]).toEqual([0, 1, 2, 3, 4])
  })
})

test('the hash follows the content, not compression or names', async () => {
  const plain = await openDataset({ source: 'idx', directory: await idxFolder() })
  const zipped = await openDataset({ source: 'idx', directory: await idxFolder({ gzip: true, separator: '.' }) })
  const other = await openDataset({
    source: 'idx',
    directory: await idxFolder({}, { 't10k-labels': idxBytes(0x801, [5], Uint8Array.from([0, 1, 2, 3, 5])) }),
  })
  expect(zipped.hash).toBe(plain.hash)
  expect(other.train.hash).toBe(plain.train.hash)
  expect(other.hash).not.toBe(plain.hash)
})

describe('a bad file has its own error, naming the file', () => {
  test.each([0, 3, 10, 16, 40])('cut after %i bytes', async (bytes) => {
    const path = await fileWith(imagesFile(12), 'train-images-idx3-ubyte')
    await truncate(path, bytes)
    await expect(readIdx(path, 'images')).rejects.toThrow(coded('data/idx-truncated', 'train-images-idx3-ubyte'))
  })

  test('cut, then compressed', async () => {
    const path = await fileWith(gzipSync(imagesFile(12).subarray(0, 50)))
    await expect(readIdx(path, 'images')).rejects.toThrow(coded('data/idx-truncated', '34 of 72 bytes'))
  })

  test('compressed, then cut or damaged', async () => {
    const bytes = gzipSync(imagesFile(500))
    const cut = await fileWith(bytes.subarray(0, bytes.length - 100), 'cut.gz')
    await expect(readIdx(cut, 'images')).rejects.toThrow(coded('data/gzip', 'cut.gz ends too early'))
    bytes.fill(0xff, 20, 60)
    const damaged = await fileWith(bytes, 'damaged.gz')
    await expect(readIdx(damaged, 'images')).rejects.toThrow(coded('data/gzip', 'damaged.gz is damaged'))
  })

  test('wrong magic number; images and labels exchanged', async () => {
    const path = await fileWith(Buffer.from('PK\x03\x04 and so on, a zip file'))
    await expect(readIdx(path, 'images')).rejects.toThrow(coded('data/idx-magic', '0x504b0304'))
    const labels = await fileWith(labelsFile(30))
    const failure = readIdx(labels, 'images')
    await expect(failure).rejects.toThrow(coded('data/idx-magic', '0x00000801'))
    await expect(failure).rejects.toMatchObject({ hint: expect.stringContaining('exchange') as unknown })
  })

  test('bytes after the end', async () => {
    const path = await fileWith(Buffer.concat([imagesFile(3), Buffer.from([0])]))
    await expect(readIdx(path, 'images')).rejects.toThrow(coded('data/idx-trailing', '3 × 2 × 3'))
  })

  test('absurd extents are refused before anything is allocated', async () => {
    const huge = idxBytes(0x803, [0xffffffff, 0xffffffff, 0xffffffff], new Uint8Array(8))
    await expect(readIdx(await fileWith(huge), 'images')).rejects.toThrow(coded('data/too-large', '4294967295'))
    const before = process.memoryUsage().arrayBuffers
    const liar = idxBytes(0x803, [1_500_000, 32, 32], new Uint8Array(100))
    await expect(readIdx(await fileWith(liar), 'images')).rejects.toThrow(coded('data/idx-truncated', 'cannot hold'))
    await expect(readIdx(await fileWith(gzipSync(liar)), 'images')).rejects.toThrow(coded('data/idx-truncated'))
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50e6)
  })

  test('a gzip bomb stops at the promised size, a promise over the limit at once', async () => {
    const bomb = gzipSync(Buffer.concat([imagesFile(3), Buffer.alloc(64_000_000)]))
    expect(bomb.length).toBeLessThan(100_000)
    const before = process.memoryUsage().arrayBuffers
    await expect(readIdx(await fileWith(bomb), 'images')).rejects.toThrow(coded('data/idx-trailing'))
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20e6)
    const small = { bytes: 1000, side: 100 }
    await expect(readIdx(await fileWith(imagesFile(200)), 'images', small)).rejects.toThrow(coded('data/too-large'))
    await expect(readIdx(await fileWith(gzipSync(imagesFile(200))), 'images', small)).rejects.toThrow(
      coded('data/too-large', '200 × 2 × 3'),
    )
  })

  test('no such file; a folder instead of a file', async () => {
    await expect(readIdx('/nowhere/x', 'images')).rejects.toThrow(coded('input/not-found', '/nowhere/x'))
    await expect(readIdx('/', 'images')).rejects.toThrow(coded('input/unreadable', 'not a file'))
  })
})

describe('a bad folder', () => {
  test('images and labels of different length', async () => {
    const directory = await idxFolder({}, { 'train-labels': labelsFile(11) })
    await expect(openDataset({ source: 'idx', directory })).rejects.toThrow(
      coded('data/length-mismatch', 'train-images', '12 images', 'train-labels', '11 labels'),
    )
  })

  test('a label beyond the classes', async () => {
    const directory = await idxFolder({}, { 't10k-labels': idxBytes(0x801, [5], Uint8Array.from([0, 1, 10, 3, 4])) })
    await expect(openDataset({ source: 'idx', directory })).rejects.toThrow(
      coded('data/label-range', 't10k', 'label 10 of image 2'),
    )
    const classes = Array.from({ length: 11 }, (_, k) => `class ${k}`)
    expect((await openDataset({ source: 'idx', directory, classes })).test.classes).toEqual(classes)
  })

  test('no images; images without pixels; splits of different shape', async () => {
    const empty = await idxFolder({}, { 'train-images': imagesFile(0), 'train-labels': labelsFile(0) })
    await expect(openDataset({ source: 'idx', directory: empty })).rejects.toThrow(coded('data/empty', 'train-images'))
    const flat = await idxFolder({}, { 'train-images': imagesFile(12, 0, 3) })
    await expect(openDataset({ source: 'idx', directory: flat })).rejects.toThrow(coded('data/shape', 'train-images'))
    const mixed = await idxFolder({}, { 't10k-images': imagesFile(5, 3, 3) })
    await expect(openDataset({ source: 'idx', directory: mixed })).rejects.toThrow(coded('data/shape', '1, 3, 3'))
  })

  test('a missing file is named; an unknown folder and a file are no dataset', async () => {
    const directory = await idxFolder()
    await rm(join(directory, 't10k-labels-idx1-ubyte'))
    await expect(openDataset(await detectSource(directory))).rejects.toThrow(
      coded('input/not-found', 't10k-labels-idx1-ubyte', 't10k-labels.idx1-ubyte'),
    )
    await expect(detectSource(await temporaryFolder())).rejects.toThrow(coded('data/unknown-format'))
    await expect(detectSource(await fileWith(imagesFile(3)))).rejects.toThrow(coded('data/unknown-format'))
    await expect(detectSource('/nowhere')).rejects.toThrow(coded('input/not-found', '/nowhere'))
    const disguised = await idxFolder({}, { 'train-images': Buffer.from('text'), 'train-labels': Buffer.from('text') })
    await expect(detectSource(disguised)).rejects.toThrow(coded('data/unknown-format'))
  })
})
