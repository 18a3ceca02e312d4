// Reading folders of PNG and JPEG files that Pillow wrote, against the pixels Pillow decodes, and every way they can be bad.
import { encode } from 'fast-png'
import { describe, expect, test } from 'vitest'
import { decodePicture } from '../../core/data/images/decode.ts'
import type { Picture } from '../../core/data/images/picture.ts'
import { defaultLimits } from '../../core/data/limits.ts'
import { detectSource, openDataset } from '../../core/data/open.ts'
import { coded, fixtureBytes, folderOf } from './support.ts'

async function decoded(name: string): Promise<Picture> {
  return decodePicture(name, await fixtureBytes(name), defaultLimits)
}

/** Planes of a PPM or PGM file whose pixels are its last bytes. */
async function planes(name: string, channels: number): Promise<number[]> {
  const body = (await fixtureBytes(name)).subarray(-20 * channels)
  return Array.from({ length: 20 * channels }, (_, k) => body[(k % 20) * channels + Math.floor(k / 20)])
}

describe('what Pillow wrote', () => {
  test('PNG: colour, grey, opaque alpha, palette, one bit', async () => {
    for (const name of ['rgb.png', 'opaque.png'])
      expect(await decoded(name)).toEqual({ channels: 3, height: 4, width: 5, pixels: Uint8Array.from(await planes('rgb.ppm', 3)) }) // prettier-ignore
    expect([...(await decoded('grey.png')).pixels]).toEqual(await planes('grey.pgm', 1))
    for (const name of ['palette.png', 'bits.png'])
      expect([...(await decoded(name)).pixels]).toEqual([...(await fixtureBytes(`${name}.expected`))])
  })

  // Of progressive.jpg colour has half the resolution: libjpeg interpolates it, jpeg-js repeats it.
  test.each([
    ['smooth.jpg', 2],
    ['grey.jpg', 2],
    ['progressive.jpg', 8],
  ])('%s is within %i levels of libjpeg', async (name, levels) => {
    const picture = await decoded(name)
    const expected = await fixtureBytes(`${name}.expected`)
    expect([picture.channels, picture.height, picture.width]).toEqual([name === 'grey.jpg' ? 1 : 3, 16, 16])
    const worst = Math.max(...picture.pixels.map((value, k) => Math.abs(value - expected[k])))
    expect(worst).toBeLessThanOrEqual(levels)
  })

  test.each([
    ['deep.png', 'data/type', '16 bits'],
    ['alpha.png', 'data/type', 'transparent'],
    ['cmyk.jpg', 'data/type', '4 channels'],
    ['rgb.ppm', 'data/image', 'neither PNG nor JPEG'],
  ])('%s is refused as %s', async (name, code, words) => {
    await expect(decoded(name)).rejects.toThrow(coded(code, name, words))
  })
})

describe('a folder', () => {
  const open = async (files: Parameters<typeof folderOf>[0], options: object = {}) =>
    openDataset({ source: 'images', directory: await folderOf(files), ...options })
  const [colour, grey] = [{ from: 'rgb.png' }, { from: 'grey.png' }]

  test('divided or not opens by itself, classes by name, other files left out', async () => {
    const folder = await folderOf({
      'training/9/a.png': colour,
      'training/10/b.PNG': colour,
      'testing/10/c.png': colour,
      'training/9/notes.txt': 'text',
      'labels.csv': '1,2',
      '__MACOSX/9/._a.png': 'text',
    })
    const { train, test: held } = await openDataset(await detectSource(folder))
    expect([train.classes, train.shape]).toEqual([
      ['9', '10'],
      [3, 4, 5],
    ])
    expect([[...train.labels], [...held.labels]]).toEqual([[1, 0], [1]])
    const flat = await folderOf({ 'cat/1.png': grey, 'cat/2.png': grey, 'dog/1.png': grey, 'dog/2.jpeg': grey })
    const pair = await openDataset(await detectSource(flat))
    expect([pair.train.count, pair.test.count, pair.train.classes]).toEqual([3, 1, ['cat', 'dog']])
    expect((await openDataset(await detectSource(flat))).hash).toBe(pair.hash)
  })

  test('is of one size and colour, or is made so where nothing is lost', async () => {
    const small = encode({ width: 1, height: 1, channels: 1, data: Uint8Array.of(5) })
    const neutral = encode({ width: 1, height: 1, channels: 3, data: Uint8Array.of(9, 9, 9) })
    await expect(open({ 'a/1.png': grey, 'a/2.png': small })).rejects.toThrow(coded('data/shape', '2.png is 1 × 1 × 1', '1.png is 1 × 4 × 5')) // prettier-ignore
    await expect(open({ 'a/1.png': grey, 'a/2.png': colour })).rejects.toThrow(coded('data/shape', '3 × 4 × 5'))
    expect((await open({ 'a/1.png': small, 'a/2.png': neutral }, { colour: 'rgb' })).train.shape).toEqual([3, 1, 1])
    const grown = await open({ 'a/1.png': small, 'a/2.png': neutral }, { colour: 'grey' })
    expect([...grown.train.pixels, ...grown.test.pixels].sort()).toEqual([5, 9])
    await expect(open({ 'a/1.png': colour, 'a/2.png': colour }, { colour: 'grey' })).rejects.toThrow(coded('data/type', 'coloured')) // prettier-ignore
    await expect(open({ 'train/a/1.png': colour, 'test/b/1.png': grey })).rejects.toThrow(coded('data/shape'))
  })

  test('without images, without a split', async () => {
    await expect(open({ 'a/readme.txt': 'x' })).rejects.toThrow(coded('data/unknown-format'))
    await expect(open({ 'train/a/1.png': grey })).rejects.toThrow(coded('input/not-found', 'no test images'))
    await expect(open({ 'a/1.png': grey })).rejects.toThrow(coded('data/empty', '1 images'))
  })
})

describe('a bad file', () => {
  const at = (bytes: Uint8Array, place: number, ...values: number[]): Uint8Array => {
    const copy = Uint8Array.from(bytes)
    copy.set(values, place)
    return copy
  }
  const decode = (bytes: Uint8Array): Picture => decodePicture('bad', bytes, defaultLimits)

  test('PNG: cut, a wrong checksum, two headers, too large by its claim', async () => {
    const png = await fixtureBytes('rgb.png')
    expect(() => decode(png.subarray(0, 60))).toThrow(coded('data/image', 'cut short'))
    expect(() => decode(png.subarray(0, 20))).toThrow(coded('data/image', 'header'))
    expect(() => decode(at(png, 60, 1))).toThrow(coded('data/image'))
    expect(() => decode(Buffer.concat([png.subarray(0, 33), png.subarray(8)]))).toThrow(coded('data/image', 'header'))
    expect(() => decode(at(png, 16, 0x7f, 0xff, 0xff, 0xff))).toThrow(coded('data/too-large', '2147483647 × 4'))
    expect(() => decode(at(png, 16, 0, 0, 0, 0))).toThrow(coded('data/image', '0 × 4'))
  })

  test('PNG: a bomb is held to the size of its file', async () => {
    const png = await fixtureBytes('rgb.png')
    const padding = Buffer.concat([png, Buffer.alloc(300_000)])
    expect(() => decode(padding)).toThrow(coded('data/too-large', 'for 5 × 4 pixels'))
  })

  test('JPEG: cut, without a frame, too large by its claim', async () => {
    const jpeg = await fixtureBytes('smooth.jpg')
    const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]))
    expect(() => decode(jpeg.subarray(0, frame))).toThrow(coded('data/image', 'no frame'))
    expect(() => decode(at(jpeg, frame + 5, 0xff, 0xff))).toThrow(coded('data/too-large', '16 × 65535'))
    expect(() => decode(at(jpeg, frame + 5, 0, 0))).toThrow(coded('data/image'))
    expect(() => decode(jpeg.subarray(0, frame + 40))).toThrow(coded('data/image'))
  })
})
