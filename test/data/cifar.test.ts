// Reading CIFAR-10 and CIFAR-100 binaries: batches in order, class names, both label columns, and every way to be bad.
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { detectSource, openDataset } from '../../core/data/open.ts'
import { coded, folderOf } from './support.ts'

/** Records whose pixel k is (k + shift) mod 256. */
function records(labels: readonly (readonly number[])[], shift = 0): Buffer {
  const pixels = Uint8Array.from({ length: 3072 }, (_, k) => (k + shift) % 256)
  return Buffer.concat(labels.map((label) => Buffer.concat([Uint8Array.from(label), pixels])))
}

const ten = { 'data_batch_1.bin': records([[3], [9]]), 'test_batch.bin': records([[0]], 7) }

describe('CIFAR-10', () => {
  test('opens batches in order of their numbers, zipped or not, each once', async () => {
    const folder = await folderOf({
      ...ten,
      'data_batch_10.bin': records([[1]]),
      'data_batch_2.bin.gz': gzipSync(records([[5], [6]])),
      'data_batch_2.bin': records([[5], [6]]),
      'batches.meta': 'pickle',
    })
    const { train, test: held } = await openDataset(await detectSource(folder))
    expect([...train.labels]).toEqual([3, 9, 5, 6, 1])
    expect(train.shape).toEqual([3, 32, 32])
    expect(train.classes[3]).toBe('cat')
    expect([held.count, held.labels[0], held.image(0)[1]]).toEqual([1, 0, Math.fround(8 / 255)])
  })

  test('takes the class names of the archive where they are whole', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j']
    const named = await openDataset(await detectSource(await folderOf({ ...ten, 'batches.meta.txt': `${names.join('\n')}\n\n` }))) // prettier-ignore
    expect(named.test.classes).toEqual(names)
    const damaged = await openDataset(await detectSource(await folderOf({ ...ten, 'batches.meta.txt': 'a\nb\n' })))
    expect(damaged.test.classes[9]).toBe('truck')
  })

  test('a cut file, a label beyond the classes and a missing split say so', async () => {
    const open = async (files: object): Promise<unknown> => openDataset({ source: 'cifar', directory: await folderOf({ ...ten, ...files }) }) // prettier-ignore
    const cut = records([[3], [9]]).subarray(0, 6000)
    await expect(open({ 'data_batch_1.bin': cut })).rejects.toThrow(
      coded('data/truncated', 'data_batch_1', '6000 bytes'),
    )
    await expect(open({ 'test_batch.bin': records([[1], [10]]) })).rejects.toThrow(coded('data/label-range', 'test_batch', 'label 10 of image 1')) // prettier-ignore
    await expect(open({ 'test_batch.bin': '' })).rejects.toThrow(coded('data/empty', 'test_batch'))
    const half = await folderOf({ 'test_batch.bin': ten['test_batch.bin'] })
    await expect(openDataset(await detectSource(half))).rejects.toThrow(coded('input/not-found', 'no training images'))
  })

  test('a gzip bomb stops at the most records there can be', async () => {
    const member = gzipSync(Buffer.alloc(2 ** 22))
    const bomb = Buffer.concat(Array.from({ length: 100 }, () => member))
    const folder = await folderOf({ ...ten, 'data_batch_1.bin': bomb })
    await expect(openDataset({ source: 'cifar', directory: folder })).rejects.toThrow(coded('data/too-large', '100000 images')) // prettier-ignore
  })

  test('a file of that name with other content is none', async () => {
    await expect(detectSource(await folderOf({ 'test_batch.bin': 'text' }))).rejects.toThrow(
      coded('data/unknown-format'),
    )
  })
})

test('CIFAR-100 has fine and coarse labels, and names for both where they lie there', async () => {
  const coarse = Array.from({ length: 20 }, (_, k) => `group ${k}`)
  const folder = await folderOf({
    'train.bin': records([[19, 99], [4, 0]]),
    'test.bin': records([[1, 42]]),
    'coarse_label_names.txt': coarse.join('\n'),
  }) // prettier-ignore
  const fine = await openDataset(await detectSource(folder))
  expect([...fine.train.labels, ...fine.test.labels]).toEqual([99, 0, 42])
  expect([fine.train.classes.length, fine.train.classes[42]]).toEqual([100, '42'])
  const groups = await openDataset({ source: 'cifar', directory: folder, coarse: true })
  expect([...groups.train.labels, ...groups.test.labels]).toEqual([19, 4, 1])
  expect(groups.train.classes).toEqual(coarse)
})
