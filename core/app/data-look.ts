// Datasets image by image: pages by filter, one image with its values, and what may be wrong with all of them.
import { createHash } from 'node:crypto'
import type { ApiOutput, ApiParsedInput } from '../contract/api.ts'
import { EspalierError } from '../contract/errors.ts'
import type { Dataset, DatasetPair } from '../data/dataset.ts'
import type { Store } from '../store/store.ts'
import { pixelRange, type DatasetShelf } from './datasets.ts'
import { toPicture } from './pictures.ts'

const shownExamples = 24

/** @throws EspalierError 'data/*', 'input/*' */
export async function dataImages(
  store: Store,
  shelf: DatasetShelf,
  { data, split, label, run, only, limit, offset }: ApiParsedInput<'data.images'>,
): Promise<ApiOutput<'data.images'>> {
  const set = (await shelf.open(data)).pair[split]
  const asked = only === 'all' ? null : await askedImages(store, run, only)
  const candidates = asked ?? Array.from({ length: set.count }, (_, index) => index)
  const chosen = candidates.filter((index) => index < set.count && (label === null || set.labels[index] === label))
  const images = chosen.slice(offset, offset + limit).map((index) => imageOf(set, index))
  return { total: chosen.length, images }
}

function imageOf(set: Dataset, index: number): ApiOutput<'data.images'>['images'][number] {
  return { index, label: set.classes[set.labels[index]], picture: toPicture(set.image(index), set.shape) }
}

/** Test images of a run that its network got wrong as they are, or that have a counterexample. */
async function askedImages(store: Store, run: string | null, only: 'wrong' | 'falsified'): Promise<number[]> {
  if (run === null) return []
  const rows = await store.verdicts.ofRun(run)
  const wanted = rows.filter(({ verdict, label, predicted, counterexample }) =>
    only === 'wrong' ? predicted !== label : verdict === 'falsified' && predicted === label && counterexample !== null,
  )
  return [...new Set(wanted.map(({ imageIndex }) => imageIndex))].sort((a, b) => a - b)
}

/** @throws EspalierError 'data/*', 'input/*', 'input/not-found' for an image that is not there */
export async function dataImage(
  shelf: DatasetShelf,
  { data, split, index }: ApiParsedInput<'data.image'>,
): Promise<ApiOutput<'data.image'>> {
  const set = (await shelf.open(data)).pair[split]
  if (index >= set.count)
    throw new EspalierError('input/not-found', `${set.name} has no image ${index}.`, `They go up to ${set.count - 1}.`)
  return { ...imageOf(set, index), shape: [...set.shape], values: [...set.image(index)] }
}

/** @throws EspalierError 'data/*', 'input/*' */
export async function dataChecks(
  shelf: DatasetShelf,
  { data }: ApiParsedInput<'data.checks'>,
): Promise<ApiOutput<'data.checks'>> {
  const { pair } = await shelf.open(data)
  return { ...findDuplicates(pair), ...pixelRange(pair), missing: missingClasses(pair) }
}

type Duplicates = Pick<ApiOutput<'data.checks'>, 'duplicates' | 'examples' | 'conflicts' | 'constant'>

/** Each image by the hash of its pixels: training images first, as a test image among them is the worse find. */
export function findDuplicates({ train, test }: Pick<DatasetPair, 'train' | 'test'>): Duplicates {
  const seen = new Map<string, { split: 'train' | 'test'; label: number }>()
  const duplicates = { train: 0, test: 0, across: 0 }
  const examples: { split: 'train' | 'test'; index: number }[] = []
  let [conflicts, constant] = [0, 0]
  for (const { split, count, labels, pixels, shape } of [train, test]) {
    const size = shape[0] * shape[1] * shape[2]
    for (let index = 0; index < count; index++) {
      const values = pixels.subarray(index * size, (index + 1) * size)
      if (values.every((value) => value === values[0])) constant++
      const hash = createHash('sha1').update(values).digest('base64')
      const before = seen.get(hash)
      if (before === undefined) {
        seen.set(hash, { split, label: labels[index] })
        continue
      }
      duplicates[before.split === split ? split : 'across']++
      if (before.label !== labels[index]) conflicts++
      if (examples.length < shownExamples) examples.push({ split, index })
    }
  }
  return { duplicates, examples, conflicts, constant }
}

function missingClasses({ train, test }: DatasetPair): string[] {
  return train.classes.filter((_, label) => !train.labels.includes(label) || !test.labels.includes(label))
}
