// Archives and images that claim little and hold much, or claim much and hold little: refused, with no memory spent on the claim.
import { crc32, deflateSync, gzipSync } from 'node:zlib'
import { join } from 'node:path'
import { writeFile } from 'node:fs/promises'
import { zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { openDataset } from '../../core/data/open.ts'
import { decodePicture } from '../../core/data/images/decode.ts'
import { defaultLimits } from '../../core/data/limits.ts'
import { readOnnxFile } from '../../core/io/onnx/read.ts'
import { readVnnlibFile } from '../../core/io/index.ts'
import { coded, folderOf } from './support.ts'

const zeros = Buffer.alloc(100_000_000)
const packed = gzipSync(zeros, { level: 1 })
/** Most that may be held at once for a file that is refused, in bytes. */
const allowed = 90e6

async function refused(work: () => unknown, ...words: Parameters<typeof coded>): Promise<void> {
  const before = process.memoryUsage().arrayBuffers
  await expect(Promise.resolve().then(work)).rejects.toThrow(coded(...words))
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(allowed)
}

function npyHeader(shape: string): Buffer {
  const text = `{'descr': '|u1', 'fortran_order': False, 'shape': ${shape}, }`.padEnd(117) + '\n'
  return Buffer.concat([Buffer.from('\x93NUMPY\x01\x00', 'latin1'), Buffer.from([text.length, 0]), Buffer.from(text)])
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}

function png(width: number, height: number, pixels: Buffer, level: number): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 0, 0, 0, 0], 8)
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(pixels, { level })), chunk('IEND', Buffer.alloc(0))]) // prettier-ignore
}

describe('bombs', () => {
  const labels = Buffer.concat([npyHeader('(3,)'), Buffer.from([0, 1, 2])])

  test('an array that goes on behind its shape, in gzip and in an archive', async () => {
    const bomb = Buffer.concat([npyHeader('(3, 2, 2)'), zeros])
    const gz = await folderOf({ 'x.npy.gz': gzipSync(bomb, { level: 1 }), 'y.npy': labels })
    await refused(() => openDataset({ source: 'npy', directory: gz }), 'data/trailing')
    const npz = await folderOf({ 'all.npz': Buffer.from(zipSync({ 'x.npy': bomb, 'y.npy': labels }, { level: 1 })) })
    await refused(() => openDataset({ source: 'npy', directory: npz }), 'data/trailing')
  })

  test('an array that claims more than its archive holds', async () => {
    const liar = Buffer.from(zipSync({ 'x.npy': npyHeader('(40000, 200, 200)'), 'y.npy': labels }))
    const directory = await folderOf({ 'all.npz': liar })
    await refused(() => openDataset({ source: 'npy', directory }), 'data/truncated')
  })

  test('an archive of ever so many files', async () => {
    const many = Object.fromEntries(Array.from({ length: 1_001 }, (_, k) => [`a${k}.npy`, labels]))
    const directory = await folderOf({ 'all.npz': Buffer.from(zipSync(many)) })
    await refused(() => openDataset({ source: 'npy', directory }), 'data/archive', '1001 files')
  })

  test('a picture whose few pixels unpack to a hundred megabytes, and one of a billion pixels in a few bytes', async () => {
    const bombs = { 'large.png': [4, 4, 1], 'small.png': [4, 4, 9], 'liar.png': [16_384, 16_384, 9] } as const
    const files = Object.entries(bombs).map(([name, [width, height, level]]) => {
      const pixels = name === 'liar.png' ? zeros.subarray(0, 10) : zeros
      return { name, bytes: png(width, height, pixels, level) }
    })
    expect(files[1].bytes.length).toBeLessThan(200_000)
    const codes = ['data/too-large', 'data/too-large', 'data/image']
    for (const [k, { name, bytes }] of files.entries())
      await refused(() => decodePicture(name, bytes, defaultLimits), codes[k])
  })

  test('a network and a property that unpack to more than weights ever do', async () => {
    const folder = await folderOf({ 'net.onnx.gz': packed, 'p.vnnlib.gz': packed })
    await refused(() => readOnnxFile(join(folder, 'net.onnx.gz')), 'data/too-large')
    await refused(() => readVnnlibFile(join(folder, 'p.vnnlib.gz')), 'data/too-large')
    await writeFile(join(folder, 'deep.vnnlib'), '('.repeat(100_000))
    await expect(readVnnlibFile(join(folder, 'deep.vnnlib'))).rejects.toThrow(/nest|deep/i)
  })
})
