// The IDX format: a folder with MNIST's four files, in either naming form, with or without .gz.
import { readdir } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { EspalierError } from '../../contract/errors.ts'
import { createDataset, createDatasetPair, type Dataset, type DatasetPair } from '../dataset.ts'
import { inputError, peek } from '../files.ts'
import type { DatasetFormat, InputOf, OptionsOf } from '../source.ts'
import { idxRole, type IdxRole } from './header.ts'
import { readIdx } from './read.ts'

type Split = Dataset['split']

const stems = { train: 'train', test: 't10k' } as const
const digits = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']

export const idxFormat: DatasetFormat<'idx'> = {
  title: 'a folder with the four IDX files of MNIST (train-images-idx3-ubyte and so on, .gz or not)',
  detect,
  open: openIdx,
}

async function detect(path: string): Promise<InputOf<'idx'> | null> {
  const names: readonly string[] = await list(path).catch((thrown: unknown) => {
    if (thrown instanceof EspalierError && thrown.code === 'data/unknown-format') return []
    throw thrown
  })
  for (const role of ['images', 'labels'] as const) {
    const known = [...candidates('train', role), ...candidates('test', role)]
    const name = known.find((candidate) => names.includes(candidate))
    if (name !== undefined && idxRole(await peek(join(path, name), 4)) !== null) {
      return { source: 'idx', directory: resolve(path) }
    }
  }
  return null
}

async function openIdx(options: OptionsOf<'idx'>): Promise<DatasetPair> {
  const names = await list(options.directory)
  const classes = options.classes ?? digits
  const train = await openSplit(options.directory, names, 'train', classes)
  const test = await openSplit(options.directory, names, 'test', classes)
  return createDatasetPair(train.name, train, test)
}

async function openSplit(
  directory: string,
  names: readonly string[],
  split: Split,
  classes: readonly string[],
): Promise<Dataset> {
  const imagesPath = find(directory, names, split, 'images')
  const labelsPath = find(directory, names, split, 'labels')
  const images = await readIdx(imagesPath, 'images')
  const labels = await readIdx(labelsPath, 'labels')
  const [count = 0, height = 0, width = 0] = images.extents
  if (count !== labels.bytes.length) {
    throw new EspalierError(
      'data/length-mismatch',
      `${imagesPath} holds ${count} images but ${labelsPath} holds ${labels.bytes.length} labels.`,
      'Use the images and the labels of the same split.',
    )
  }
  const name = basename(resolve(directory))
  const source = `${imagesPath} with ${basename(labelsPath)}`
  return createDataset({
    name,
    split,
    shape: [1, height, width],
    classes,
    pixels: images.bytes,
    labels: labels.bytes,
    source,
  })
}

function find(directory: string, names: readonly string[], split: Split, role: IdxRole): string {
  const wanted = candidates(split, role)
  const name = wanted.find((candidate) => names.includes(candidate))
  if (name !== undefined) return join(directory, name)
  throw new EspalierError(
    'input/not-found',
    `${directory} has no file ${wanted[0] ?? ''} (nor ${wanted.slice(1).join(', ')}).`,
    'Put the four IDX files of the dataset into one folder under their usual names.',
  )
}

/** Plain before .gz: the names a file may have, best first. */
function candidates(split: Split, role: IdxRole): string[] {
  const type = role === 'images' ? 'idx3-ubyte' : 'idx1-ubyte'
  const plain = [`${stems[split]}-${role}-${type}`, `${stems[split]}-${role}.${type}`]
  return [...plain, ...plain.map((name) => `${name}.gz`)]
}

async function list(directory: string): Promise<readonly string[]> {
  return readdir(directory).catch((cause: unknown) => {
    const notFolder = cause instanceof Error && 'code' in cause && cause.code === 'ENOTDIR'
    if (!notFolder) throw inputError(directory, cause)
    throw new EspalierError(
      'data/unknown-format',
      `${directory} is a file, not a folder.`,
      'Give the folder that holds the four IDX files.',
      { cause },
    )
  })
}
