// Reading CSV: headers, label columns, dividers, scales and shapes, and mistakes answered with the row.
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { detectSource, openDataset } from '../../core/data/open.ts'
import { coded, folderOf } from './support.ts'

const open = async (files: Parameters<typeof folderOf>[0], options: object = {}) =>
  openDataset({ source: 'csv', directory: await folderOf(files), ...options })

test('MNIST as CSV, with a header, zipped or not, opens by itself', async () => {
  const folder = await folderOf({
    'mnist_train.csv': 'label,1x1,1x2,2x1,2x2\n5,0,51,255,1\n0,9,9,9,9\n',
    'mnist_test.csv.gz': gzipSync('label,1x1,1x2,2x1,2x2\r\n1,0,0,0,1\r\n'),
  })
  const { train, test: held } = await openDataset(await detectSource(folder))
  expect([train.shape, [...train.labels], [...held.labels], train.classes.length]).toEqual([[1, 2, 2], [5, 0], [1], 6])
  expect([...train.image(0)]).toEqual([0, Math.fround(0.2), 1, Math.fround(1 / 255)])
  expect([...held.pixels]).toEqual([0, 0, 0, 1])
})

test.each([
  ['commas, no header', '1,0.5,0,0,1\n0,1,1,0,0\n', {}],
  ['semicolons and a byte-order mark', '\uFEFF1;0.5;0;0;1\n0;1;1;0;0\n', {}],
  ['tabs, quotes, blank lines', '"1"\t0.5\t0\t0\t1\n\n0\t1\t1\t0\t0', {}],
  ['the label last, by number', '0.5,0,0,1,1\n1,1,0,0,0\n', { label: '5' }],
  ['the label inside, by name', 'a,b,Digit,c,d\n0.5,0,1,0,1\n1,1,0,0,0\n', { label: 'digit' }],
  ['the label inside, by its usual name', 'a,b,class,c,d\n0.5,0,1,0,1\n1,1,0,0,0\n', {}],
  ['pixel columns that are numbers', 'label,0,1,2,3\n1,0.5,0,0,1\n0,1,1,0,0\n', {}],
])('%s', async (_, text, options) => {
  const { train, test: held } = await open({ 'train.csv': text, 'test.csv': text }, options)
  expect([...train.labels]).toEqual([1, 0])
  expect([...held.batch([0, 1])]).toEqual([0.5, 0, 0, 1, 1, 1, 0, 0])
})

test('one file is divided; text labels are classes; a shape is asked for where there is none', async () => {
  const rows = Array.from({ length: 10 }, (_, k) => `${k % 2 === 0 ? 'iris' : 'rose'},${k / 10},0,1`).join('\n')
  const files = { 'flowers.csv': rows }
  const { train, test: held } = await open(files, { shape: [1, 1, 3], holdOut: 0.3 })
  expect([train.count, held.count, train.classes, train.shape]).toEqual([7, 3, ['iris', 'rose'], [1, 1, 3]])
  const all = [...train.batch(Array.from({ length: 7 }, (_, k) => k)), ...held.batch([0, 1, 2])]
  expect(all.filter((_, k) => k % 3 === 0).toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((k) => Math.fround(k / 10))) // prettier-ignore
  expect((await open(files)).train.shape).toEqual([3, 1, 1])
  await expect(open(files, { shape: [1, 2, 3] })).rejects.toThrow(coded('data/shape', '3 values', '1 × 2 × 3'))
  const named = await open(files, { classes: ['rose', 'iris'] })
  expect(named.train.classes).toEqual(['rose', 'iris'])
  await expect(open(files, { classes: ['rose', 'lily'] })).rejects.toThrow(coded('data/label-range', 'iris'))
})

describe('a mistake', () => {
  test.each([
    ['a short row', '1,0,0,0,0\n1,0,0,0\n', 'data/csv', 'line 2'],
    ['a word among pixels', '1,0,0,0,0\n1,0,many,0,0\n', 'data/csv', 'row 2, column 3: "many"'],
    ['an empty cell', '1,0,0,0,0\n1,0,,0,0\n', 'data/csv', 'row 2, column 3'],
    ['an open quote', '1,0,0,0,0\n"1,0,0,0,0\n', 'data/csv', 'Quote'],
    ['nothing', '', 'data/empty', 'no images'],
    ['a header alone', 'label,a,b,c,d\n', 'data/empty', 'no images'],
    ['one column', '1\n2\n', 'data/csv', 'one column'],
    ['a value beyond bytes', '1,0,0,0,256\n', 'data/range', '256'],
    ['a negative label', '-1,0,0,0,1\n', 'data/label-range', '-1'],
    ['too many classes', '70000,0,0,0,1\n', 'data/label-range', '257 classes'],
    ['no square', '1,0,0,0,0,0\n', 'data/shape', '5 values'],
    ['infinity', '1,0,0,0,Infinity\n', 'data/non-finite', 'Infinity'],
  ])('%s', async (_, text, code, words) => {
    await expect(open({ 'train.csv': text, 'test.csv': '1,0,0,0,1\n' })).rejects.toThrow(
      coded(code, 'train.csv', words),
    )
  })

  test('a test file without labels, an unknown column, files that cannot be told apart', async () => {
    const train = 'label,a,b,c,d\n1,0,0,0,1\n'
    await expect(open({ 'train.csv': train, 'test.csv': 'a,b,c,d\n0,0,0,1\n' })).rejects.toThrow(coded('data/csv', 'test.csv has 4 columns')) // prettier-ignore
    await expect(open({ 'train.csv': train, 'test.csv': train }, { label: 'digit' })).rejects.toThrow(coded('data/csv', 'digit')) // prettier-ignore
    await expect(open({ 'a.csv': train, 'b.csv': train })).rejects.toThrow(coded('data/unknown-format', 'told apart'))
    await expect(open({ 'train.csv.gz': gzipSync(train).subarray(0, 20) })).rejects.toThrow(coded('data/gzip'))
  })
})
