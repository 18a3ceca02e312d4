// NumPy arrays as a dataset: x_train, y_train, x_test, y_test, as .npy files or inside .npz archives.
import { basename, resolve } from 'node:path'
import { EspalierError } from '../../contract/errors.ts'
import { assemble, type LabelledImages } from '../assemble.ts'
import type { DatasetPair } from '../dataset.ts'
import { usedSplits, type NamedSplit } from '../folder.ts'
import { fullPixel, toPixels } from '../pixels.ts'
import type { DatasetFormat, OptionsOf } from '../source.ts'
import { arrangeImages, arrangeLabels, type ArrangedImages } from './arrange.ts'
import { collect, hasArrays, type Collected } from './collect.ts'

export const npyFormat: DatasetFormat<'npy'> = {
  title: 'x_train, y_train, x_test and y_test as .npy files or inside an .npz file',
  detect: async (path) => ((await hasArrays(path)) ? { source: 'npy', directory: resolve(path) } : null),
  open,
}

interface ReadSplit {
  readonly source: string
  readonly images: ArrangedImages
  readonly labels: Int32Array
}

async function open({ directory, layout, maximum, holdOut, classes }: OptionsOf<'npy'>): Promise<DatasetPair> {
  const arrays = await collect(directory)
  const has = (split: NamedSplit): boolean => arrays.has(`${split} images`) || arrays.has(`${split} labels`)
  const read = usedSplits(has).map(([named, split]) => ({ split, ...readSplit(directory, arrays, named, layout) }))
  if (read.length === 0) throw noArrays(directory)
  const upper = maximum ?? fullPixel(read.map(({ images }) => images.values))
  const splits = read.map(({ split, source, images, labels }): [string, LabelledImages] => {
    const { shape, values } = images
    const pixels = toPixels(source, values, shape[0] * shape[1] * shape[2], upper)
    return [split, { source, shape, pixels, labels }]
  })
  const name = basename(resolve(directory)).replace(/\.(npz|npy)(\.gz)?$/, '')
  return assemble({ name, holdOut, classes }, Object.fromEntries(splits))
}

function readSplit(path: string, arrays: Collected, split: NamedSplit, layout: OptionsOf<'npy'>['layout']): ReadSplit {
  const [pixels, given] = [arrays.get(`${split} images`), arrays.get(`${split} labels`)]
  if (pixels === undefined || given === undefined) throw half(path, split, pixels === undefined ? 'images' : 'labels')
  const images = arrangeImages(pixels, layout)
  const labels = arrangeLabels(given)
  if (images.count !== labels.length)
    throw new EspalierError(
      'data/length-mismatch',
      `${pixels.name} holds ${images.count} images but ${given.name} holds ${labels.length} labels.`,
      'Use the images and the labels of the same split.',
    )
  return { source: pixels.name, images, labels }
}

function half(path: string, split: NamedSplit, missing: string): EspalierError {
  const where = split === 'undivided' ? '' : `${split} `
  return new EspalierError(
    'input/not-found',
    `${path} has no ${where}${missing}.`,
    'Name the arrays x_train, y_train, x_test and y_test, or x and y where they are not divided.',
  )
}

function noArrays(path: string): EspalierError {
  return new EspalierError(
    'data/unknown-format',
    `${path} holds no arrays whose names say what they are.`,
    'Name the arrays x_train, y_train, x_test and y_test, or x and y where they are not divided.',
  )
}
