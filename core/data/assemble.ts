// A pair of splits from the images that files gave: divided already, or a share of them held out for testing.
import { EspalierError } from '../contract/errors.ts'
import { createDataset, createDatasetPair, type DatasetPair, type ImageShape, type Pixels } from './dataset.ts'
import { classify, type LabelColumn } from './labels.ts'
import { SeededRandom } from './random.ts'

/** Images and labels of one split; `pixels` flat `[count, channels, height, width]`, `source` is named in errors. */
export interface LabelledImages {
  readonly source: string
  readonly shape: ImageShape
  readonly pixels: Pixels
  readonly labels: LabelColumn
}

/** What files can hold: two splits, or images that nobody divided. */
export interface SplitImages {
  readonly train?: LabelledImages
  readonly test?: LabelledImages
  readonly undivided?: LabelledImages
}

export interface AssembleOptions {
  readonly name: string
  /** Share of undivided images that becomes the test split. */
  readonly holdOut: number
  readonly classes?: readonly string[] | undefined
}

/**
 * The dataset of what was read. Undivided images are divided by a fixed draw that depends on their number alone.
 * @throws EspalierError `input/not-found` where a split is missing, and as `createDataset` and `classify`
 */
export function assemble({ name, holdOut, classes: given }: AssembleOptions, read: SplitImages): DatasetPair {
  const { train, test } = read.undivided === undefined ? bothOf(name, read) : divided(read.undivided, holdOut)
  const { classes, labels } = classify([train, test], given)
  const [trained, tested] = [train, test].map((split, index) => {
    const { source, shape, pixels } = split
    return createDataset({ name, split: (['train', 'test'] as const)[index], classes, labels: labels[index], source, shape, pixels }) // prettier-ignore
  })
  return createDatasetPair(name, trained, tested)
}

function bothOf(name: string, { train, test }: SplitImages): { train: LabelledImages; test: LabelledImages } {
  if (train !== undefined && test !== undefined) return { train, test }
  const missing = train === undefined ? 'training' : 'test'
  throw new EspalierError(
    'input/not-found',
    `${name} has no ${missing} images.`,
    'Give both splits, or the images undivided (without train or test in the names): a share is then held out.',
  )
}

function divided(all: LabelledImages, share: number): { train: LabelledImages; test: LabelledImages } {
  const count = all.labels.length
  const held = Math.min(count - 1, Math.max(1, Math.round(share * count)))
  if (count < 2)
    throw new EspalierError(
      'data/empty',
      `${all.source} holds ${count} images, and at least one is needed for training and one for testing.`,
      'Give more images.',
    )
  const order = new SeededRandom(0).fork('hold out').permutation(count)
  return { train: picked(all, order.slice(held).sort()), test: picked(all, order.slice(0, held).sort()) }
}

function picked(all: LabelledImages, indices: Uint32Array): LabelledImages {
  const size = all.shape[0] * all.shape[1] * all.shape[2]
  const pixels = all.pixels instanceof Uint8Array ? new Uint8Array(indices.length * size) : new Float32Array(indices.length * size) // prettier-ignore
  indices.forEach((index, place) => pixels.set(all.pixels.subarray(index * size, (index + 1) * size), place * size))
  const labels = all.labels instanceof Int32Array ? Int32Array.from(indices, (i) => all.labels[i] as number) : Array.from(indices, (i) => all.labels[i] as string) // prettier-ignore
  return { ...all, pixels, labels }
}
