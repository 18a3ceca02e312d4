// Reading NPY and NPZ files that NumPy wrote, layouts and scales, and one coded error for each way they can be bad.
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { placeOf } from '../../core/data/npy/collect.ts'
import { detectSource, openDataset } from '../../core/data/open.ts'
import { coded, fixture, fixtureBytes, folderOf } from './support.ts'

/** Red, green, blue of the first pixel, and those of the last, as NumPy prints them. */
const [first, last] = [[172, 47, 117], [189, 129, 209]] // prettier-ignore

/** An NPY file of version 1. */
function npy(descr: string, shape: readonly number[], body: Uint8Array, order = 'False'): Buffer {
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
  const text = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (${tuple}), }`.padEnd(117) + '\n'
  const head = Buffer.from(`\x93NUMPY\x01\x00\x00\x00${text}`, 'latin1')
  head.writeUInt16LE(text.length, 8)
  return Buffer.concat([head, body])
}

const bytes = (count: number): Uint8Array => Uint8Array.from({ length: count }, (_, k) => k % 256)
const labels = npy('|u1', [4], Uint8Array.from([0, 1, 1, 0]))

async function open(files: Parameters<typeof folderOf>[0], options: object = {}) {
  const directory = await folderOf(files)
  return openDataset({ source: 'npy', directory, ...options })
}

describe('what NumPy wrote', () => {
  test.each(['plain.npz', 'packed.npz'])('%s opens by itself, channels brought to the front', async (name) => {
    const { train, test: held, name: title } = await openDataset(await detectSource(fixture(name)))
    expect([title, train.count, held.count]).toEqual([name.replace('.npz', ''), 4, 2])
    expect(train.shape).toEqual([3, 4, 5])
    expect([0, 20, 40].map((at) => train.pixels[at])).toEqual(first)
    expect([79, 99, 119].map((at) => held.pixels[at])).toEqual(last.map((_, c) => held.pixels[60 + 19 + 20 * c]))
    expect([...train.labels, ...held.labels]).toEqual([0, 1, 2, 0, 1, 2])
  })

  test('floats, big-endian and arrays without names hold the same images', async () => {
    const plain = await openDataset({ source: 'npy', directory: fixture('unnamed.npz'), holdOut: 0.3 })
    expect([plain.train.count, plain.test.count]).toEqual([4, 2])
    const kept = (file: string) => open({ 'x.npy': { from: file }, 'y.npy': { from: 'y_u2.npy' } }, { holdOut: 0.3 })
    for (const file of ['x_f4.npy', 'x_big.npy']) {
      const floats = await kept(file)
      expect(floats.train.labels).toEqual(plain.train.labels)
      floats.train.batch([0, 1, 2, 3]).forEach((value, k) => expect(value).toBeCloseTo(plain.train.pixels[k] / 255, 6))
    }
    const whole = await open({ 'x.npy.gz': gzipSync(await fixtureBytes('x_f4.npy')), 'y.npy': { from: 'y_f8.npy' } })
    expect(whole.train.count + whole.test.count).toBe(6)
  })

  test('Fortran order is read: by hand, in every version, and as NumPy saved it', async () => {
    // Written first index fastest: image, row, column, of value 100·image + 10·row + column.
    const column = Uint8Array.from([0, 100, 10, 110, 1, 101, 11, 111, 2, 102, 12, 112])
    const rows = [0, 1, 2, 10, 11, 12, 100, 101, 102, 110, 111, 112]
    const two = npy('|u1', [2], Uint8Array.from([0, 1]))
    const first = npy('|u1', [2, 2, 3], column, 'True')
    /** The same header under a later version: its length takes four bytes. */
    const later = (version: number): Buffer => {
      const length = Buffer.alloc(4)
      length.writeUInt32LE(first.readUInt16LE(8))
      return Buffer.concat([first.subarray(0, 6), Buffer.from([version, 0]), length, first.subarray(10)])
    }
    const doubles = npy('<f8', [2, 2, 3], new Uint8Array(Float64Array.from(column).buffer), 'True')
    for (const x of [first, later(2), later(3), doubles]) {
      const { train, test: held } = await open({ 'x_train.npy': x, 'y_train.npy': two, 'x_test.npy': x, 'y_test.npy': two }) // prettier-ignore
      expect([train.shape, [...train.pixels], [...held.pixels]]).toEqual([[1, 2, 3], rows, rows])
    }
    // Two whole columns, and labels, whose order is the same either way.
    const labelled = npy('|u1', [2, 1], Uint8Array.from([1, 0]), 'True')
    const flat = npy('|u1', [2, 4], Uint8Array.from([0, 4, 1, 5, 2, 6, 3, 7]), 'True')
    const pair = await open({
      'x_train.npy': flat,
      'y_train.npy': labelled,
      'x_test.npy': flat,
      'y_test.npy': labelled,
    })
    expect([[...pair.train.pixels], [...pair.train.labels]]).toEqual([
      [0, 1, 2, 3, 4, 5, 6, 7],
      [1, 0],
    ])
    const saved = (file: string) => open({ 'x.npy': { from: file }, 'y.npy': { from: 'y_u2.npy' } }, { holdOut: 0.3 })
    const plain = await openDataset({ source: 'npy', directory: fixture('unnamed.npz'), holdOut: 0.3 })
    expect((await saved('x_fortran.npy')).hash).toBe(plain.hash)
  })

  test.each([
    ['object.npy', 'data/type', 'type \\|O'],
    ['half.npy', 'data/type', 'type <f2'],
    ['rec.npy', 'data/type', 'a list of fields'],
    ['text.npy', 'data/type', 'type <U1'],
  ])('%s is refused as %s', async (file, code, words) => {
    await expect(open({ 'x.npy': { from: file }, 'y.npy': { from: 'y_i1.npy' } })).rejects.toThrow(coded(code, 'x.npy', words)) // prettier-ignore
  })
})

describe('shapes and scales', () => {
  test('channels are found where they are plain, else asked for', async () => {
    const shapeWith = async (shape: number[], options = {}): Promise<unknown> => {
      const size = shape.reduce((product, extent) => product * extent, 1)
      return (await open({ 'x.npy': npy('|u1', shape, bytes(size)), 'y.npy': labels }, options)).train.shape
    }
    expect(await shapeWith([4, 3, 5, 6])).toEqual([3, 5, 6])
    expect(await shapeWith([4, 5, 6, 1])).toEqual([1, 5, 6])
    expect(await shapeWith([4, 5, 6])).toEqual([1, 5, 6])
    expect(await shapeWith([4, 48])).toEqual([3, 4, 4])
    expect(await shapeWith([4, 3, 5, 3], { layout: 'nhwc' })).toEqual([3, 3, 5])
    expect(await shapeWith([4, 2, 5, 7], { layout: 'nchw' })).toEqual([2, 5, 7])
    await expect(shapeWith([4, 3, 5, 3])).rejects.toThrow(coded('data/shape', '3 × … × 3'))
    await expect(shapeWith([4, 7])).rejects.toThrow(coded('data/shape', '7 values an image'))
    await expect(shapeWith([4, 1, 1, 1, 1])).rejects.toThrow(coded('data/shape', '4 × 1 × 1 × 1 × 1'))
  })

  test('whole numbers above 1 are of 255, others of 1; what is said wins', async () => {
    const floats = (values: number[]): Buffer => npy('<f4', [4, 1], new Uint8Array(Float32Array.from(values).buffer))
    const image = async (values: number[], options = {}): Promise<number[]> => {
      const pair = await open({ 'x_train.npy': floats(values), 'y_train.npy': labels, 'x_test.npy': floats(values), 'y_test.npy': labels }, options) // prettier-ignore
      return [...pair.test.batch([0, 1, 2, 3])]
    }
    expect(await image([0, 51, 255, 1])).toEqual([0, Math.fround(0.2), 1, Math.fround(1 / 255)])
    expect(await image([0, 1, 1, 0])).toEqual([0, 1, 1, 0])
    expect(await image([0, 0.5, 1, 0])).toEqual([0, 0.5, 1, 0])
    expect(await image([0, 8, 16, 4], { maximum: 16 })).toEqual([0, 0.5, 1, 0.25])
    await expect(image([0, 0.5, 1.5, 0])).rejects.toThrow(coded('data/range', '1.5, outside'))
    await expect(image([0, 256, 1, 0])).rejects.toThrow(coded('data/range', '256, outside \\[0, 255\\]'))
    await expect(image([0, NaN, 1, 0])).rejects.toThrow(coded('data/non-finite', 'NaN'))
  })

  test('equal images have equal hashes, whatever the file', async () => {
    const asBytes = await open({ 'x.npy': npy('|u1', [4, 4], bytes(16)), 'y.npy': labels })
    const asFloats = await open({ 'x.npy': npy('<f4', [4, 4], new Uint8Array(Float32Array.from(bytes(16)).buffer)), 'y.npy': labels }) // prettier-ignore
    expect(asFloats.hash).toBe(asBytes.hash)
  })
})

test.each([
  ['x_train.npy', [], 'train images'],
  ['train-labels.npy.gz', [], 'train labels'],
  ['X.npy', ['mnist', 'test'], 'test images'],
  ['arr_1.npy', [], 'undivided labels'],
  ['folder/val_targets.npy', [], 'validation labels'],
  ['x_sdp200.npy', [], null],
  ['x_train.npy', ['test'], null],
  ['x_y.npy', [], null],
  ['constructor.npy', [], null],
])('the name %s inside %j means %s', (name, around, place) => expect(placeOf(name, around)).toBe(place))

test('a file that is given alone is undivided, whatever its name', async () => {
  const folder = await folderOf({ 'train.npz': { from: 'unnamed.npz' } })
  const alone = await openDataset({ source: 'auto', directory: `${folder}/train.npz` })
  expect([alone.train.count, alone.test.count]).toEqual([5, 1])
  await expect(openDataset({ source: 'auto', directory: folder })).rejects.toThrow(
    coded('input/not-found', 'test images'),
  )
})

test('validation stands in for a test that is not there, and is left out beside one', async () => {
  const x = npy('|u1', [4, 4], bytes(16))
  const train = { 'x_train.npy': x, 'y_train.npy': labels }
  const held = { 'x_val.npy': npy('|u1', [1, 4], bytes(4)), 'y_val.npy': npy('|u1', [1], Uint8Array.from([1])) }
  expect((await open({ ...train, ...held })).test.count).toBe(1)
  expect((await open({ ...train, ...held, 'x_test.npy': x, 'y_test.npy': labels })).test.count).toBe(4)
})

describe('a bad file has its own error, naming it', () => {
  const good = npy('|u1', [4, 4], bytes(16))
  const cases: [string, Uint8Array, string, string][] = [
    ['no NPY', Buffer.from('PK'), 'data/magic', 'no NPY file'],
    ['another version', Buffer.from('\x93NUMPY\x09\x00\x76\x00', 'latin1'), 'data/type', 'version 9'],
    ['cut in the magic number', good.subarray(0, 4), 'data/truncated', 'inside its NPY header'],
    ['cut in the header', good.subarray(0, 60), 'data/truncated', 'inside its NPY header'],
    ['cut in the values', good.subarray(0, good.length - 3), 'data/truncated', 'promises 16 bytes'],
    ['going on', Buffer.concat([good, Buffer.from([0])]), 'data/trailing', '4 × 4'],
    ['without a shape', Buffer.from(good.toString('latin1').replace('shape', 'forms'), 'latin1'), 'data/magic', 'shape'],
    ['absurd', npy('<f8', [4_000_000_000, 1000], bytes(8)), 'data/too-large', '4000000000 × 1000'],
    ['a false promise', npy('<f8', [1000, 1000], bytes(8)), 'data/truncated', 'promises 8000000 bytes'],
  ] // prettier-ignore
  test.each(cases)('%s', async (_, content, code, words) => {
    const before = process.memoryUsage().arrayBuffers
    await expect(open({ 'x.npy': content, 'y.npy': labels })).rejects.toThrow(coded(code, 'x.npy', words))
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50e6)
  })

  test('labels that are none', async () => {
    const rejected = (y: Uint8Array): Promise<unknown> => open({ 'x.npy': good, 'y.npy': y })
    await expect(rejected(npy('|u1', [3], bytes(3)))).rejects.toThrow(coded('data/length-mismatch', '4 images', '3 labels')) // prettier-ignore
    await expect(rejected(npy('|u1', [4, 2], bytes(8)))).rejects.toThrow(coded('data/shape', '4 × 2'))
    await expect(rejected(npy('|i1', [4], Uint8Array.from([0, 1, 255, 0])))).rejects.toThrow(coded('data/label-range', '-1')) // prettier-ignore
    await expect(rejected(npy('<u2', [4], new Uint8Array(Uint16Array.from([0, 1, 300, 2]).buffer)))).rejects.toThrow(coded('data/label-range', '257 classes')) // prettier-ignore
    await expect(rejected(npy('<f4', [4], new Uint8Array(Float32Array.from([0, 0.5, 1, 2]).buffer)))).rejects.toThrow(coded('data/type', 'label 0.5 of image 1')) // prettier-ignore
  })

  test('a missing half, two arrays for one place, names that say nothing', async () => {
    await expect(open({ 'x_train.npy': good })).rejects.toThrow(coded('input/not-found', 'no train labels'))
    await expect(open({ 'x.npy': good, 'images.npy': good, 'y.npy': labels })).rejects.toThrow(coded('data/shape', 'both claim')) // prettier-ignore
    await expect(open({ 'weights.npy': good })).rejects.toThrow(coded('data/unknown-format', 'names say'))
    await expect(open({ 'x_train.npy': good, 'y_train.npy': labels })).rejects.toThrow(coded('input/not-found', 'no test images')) // prettier-ignore
    await expect(openDataset({ source: 'npy', directory: '/nowhere.npz' })).rejects.toThrow(coded('input/not-found'))
  })

  test('a damaged archive: cut, a wrong checksum, a name outside, encrypted', async () => {
    const whole = await fixtureBytes('plain.npz')
    const rejected = (content: Uint8Array): Promise<unknown> => open({ 'data.npz': content })
    await expect(rejected(whole.subarray(0, 900))).rejects.toThrow(coded('data/archive', 'data.npz'))
    const flipped = Buffer.from(whole)
    flipped[300] ^= 1
    await expect(rejected(flipped)).rejects.toThrow(coded('data/archive', 'checksum of x_train.npy'))
    const outside = Buffer.from(whole.toString('latin1').replaceAll('y_train.npy', '../a/bc.npy'), 'latin1')
    await expect(rejected(outside)).rejects.toThrow(coded('data/archive', 'relative path'))
    const encrypted = await fixtureBytes('packed.npz')
    for (let at = encrypted.indexOf('PK\x01\x02'); at >= 0; at = encrypted.indexOf('PK\x01\x02', at + 1))
      encrypted[at + 8] |= 1
    await expect(rejected(encrypted)).rejects.toThrow(coded('data/archive', 'encrypted'))
  })
})
