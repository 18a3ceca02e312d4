// SVHN as published: train_32x32.mat and test_32x32.mat with X [32, 32, 3, count] and y, where label 10 is the digit 0.
import { basename, join, resolve } from 'node:path'
import { EspalierError } from '../../contract/errors.ts'
import { assemble, type LabelledImages } from '../assemble.ts'
import type { DatasetPair } from '../dataset.ts'
import { peek } from '../files.ts'
import { listPlace } from '../folder.ts'
import type { DatasetFormat, OptionsOf } from '../source.ts'
import { isMat, readMat, type MatArray } from './mat.ts'

const files = { train: 'train_32x32.mat', test: 'test_32x32.mat' } as const
const digits = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']

export const svhnFormat: DatasetFormat<'svhn'> = {
  title: 'a folder with SVHN (train_32x32.mat and test_32x32.mat)',
  async detect(path) {
    const { directory, files: names } = await listPlace(path)
    const name = Object.values(files).find((file) => names.includes(file))
    if (name === undefined || !isMat(await peek(join(directory, name), 128))) return null
    return { source: 'svhn', directory: resolve(directory) }
  },
  open,
}

async function open({ directory }: OptionsOf<'svhn'>): Promise<DatasetPair> {
  const train = await readSplit(join(directory, files.train))
  const test = await readSplit(join(directory, files.test))
  return assemble({ name: basename(resolve(directory)), holdOut: 0, classes: digits }, { train, test })
}

async function readSplit(path: string): Promise<LabelledImages> {
  const arrays = await readMat(path)
  const [images, given] = ['X', 'y'].map((name) => arrays.find((array) => array.name === name))
  if (images === undefined || given === undefined || !(images.values instanceof Uint8Array) || images.extents.length !== 4)
    throw new EspalierError(
      'data/shape',
      `${path} holds no X of bytes with four extents, or no y.`,
      'Take the official train_32x32.mat and test_32x32.mat.',
    ) // prettier-ignore
  const [height, width, channels] = images.extents
  const labels = Int32Array.from(given.values, (label) => digitOf(path, label))
  return { source: path, shape: [channels, height, width], pixels: rowMajor(images, images.values), labels }
}

/** Labels are 1…10. @throws EspalierError `data/label-range` */
function digitOf(path: string, label: number): number {
  if (Number.isInteger(label) && label >= 1 && label <= 10) return label % 10
  throw new EspalierError('data/label-range', `${path}: label ${label} is outside 1…10.`, 'Take the official file again.') // prettier-ignore
}

/** [height, width, channels, count] column-major, row fastest, to [count, channels, height, width]. */
function rowMajor({ extents }: MatArray, values: Uint8Array): Uint8Array {
  const [height, width] = extents
  const plane = height * width
  const pixels = new Uint8Array(values.length)
  for (let start = 0; start < values.length; start += plane) {
    for (let x = 0; x < width; x++)
      for (let y = 0; y < height; y++) pixels[start + y * width + x] = values[start + x * height + y]
  }
  return pixels
}
