// Reading SVHN's MATLAB files as SciPy writes them, compressed and plain: pixels turned, label 10 the digit 0.
import { describe, expect, test } from 'vitest'
import { detectSource, openDataset } from '../../core/data/open.ts'
import { readMat } from '../../core/data/svhn/mat.ts'
import { coded, fixture, fixtureBytes, folderOf } from './support.ts'

/** X[0,1,0,0], X[1,0,0,0], X[2,3,1,4], X[31,31,2,2] as NumPy prints them. */
const printed = [29, 254, 78, 140]
const places = [1, 32, 4 * 3072 + 1024 + 2 * 32 + 3, 2 * 3072 + 3071]

test.each([['packed.mat'], ['plain.mat']])('%s holds X and y', async (name) => {
  const arrays = await readMat(fixture(name))
  expect(arrays.map(({ name: title, extents }) => [title, extents])).toEqual([
    ['X', [32, 32, 3, 5]],
    ['y', [5, 1]],
  ])
  expect([...arrays[1].values]).toEqual([1, 10, 3, 10, 2])
})

test('a folder opens by itself, row-major, with digits as labels', async () => {
  const folder = await folderOf({ 'train_32x32.mat': { from: 'packed.mat' }, 'test_32x32.mat': { from: 'plain.mat' } })
  const { train, test: held } = await openDataset(await detectSource(folder))
  for (const { pixels, labels, shape } of [train, held]) {
    expect(shape).toEqual([3, 32, 32])
    expect(places.map((at) => pixels[at])).toEqual(printed)
    expect([...labels]).toEqual([1, 0, 3, 0, 2])
  }
})

describe('a bad file', () => {
  const open = async (content: Uint8Array): Promise<unknown> =>
    openDataset({
      source: 'svhn',
      directory: await folderOf({ 'train_32x32.mat': content, 'test_32x32.mat': content }),
    })

  test('is no MATLAB file, cut, damaged, or of another shape', async () => {
    const [packed, plain] = [await fixtureBytes('packed.mat'), await fixtureBytes('plain.mat')]
    await expect(open(Buffer.from('text'))).rejects.toThrow(coded('data/magic', 'no MATLAB 5 file'))
    await expect(open(packed.subarray(0, 9000))).rejects.toThrow(coded('data/truncated', 'train_32x32'))
    await expect(open(plain.subarray(0, 9000))).rejects.toThrow(coded('data/truncated'))
    await expect(open(Buffer.from(packed).fill(0xff, 1000, 1040))).rejects.toThrow(coded('data/gzip'))
    await expect(open(plain.subarray(0, 128))).rejects.toThrow(coded('data/shape', 'no X'))
    const renamed = Buffer.from(plain)
    renamed.writeUInt8('Z'.charCodeAt(0), plain.indexOf('X\x00\x00\x00', 128, 'latin1'))
    await expect(open(renamed)).rejects.toThrow(coded('data/shape', 'no X'))
    const absurd = Buffer.from(plain)
    absurd.writeInt32LE(2 ** 30, plain.indexOf(Buffer.from([32, 0, 0, 0, 32, 0, 0, 0, 3, 0, 0, 0])))
    await expect(open(absurd)).rejects.toThrow(coded('data/magic', 'values in 15360 bytes'))
    await expect(openDataset({ source: 'svhn', directory: await folderOf({}) })).rejects.toThrow(coded('input/not-found')) // prettier-ignore
  })

  test('a label that is no digit', async () => {
    const plain = await fixtureBytes('plain.mat')
    plain[plain.length - 8 * 6 + 3 * 8] ^= 0x04
    await expect(open(plain)).rejects.toThrow(coded('data/label-range', 'outside 1…10'))
  })
})
