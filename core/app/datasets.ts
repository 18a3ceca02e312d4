// Datasets for the windows: opened once and kept while they are looked at, with counts, range and thumbnails.
import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { ApiOutput } from '../contract/api.ts'
import { EspalierError } from '../contract/errors.ts'
import { dataSchema, type DataOptions } from '../contract/recipe.ts'
import type { DatasetPair } from '../data/dataset.ts'
import { openRecorded, type OpenedDataset } from '../jobs/execute/dataset.ts'
import type { Store } from '../store/store.ts'
import { NewestMap } from './newest-map.ts'
import { toPicture } from './pictures.ts'

/** Datasets kept open; MNIST takes 55 MB. */
const keptOpen = 2
const thumbnailsPerClass = 4

export class DatasetShelf {
  readonly #store: Store
  readonly #open = new NewestMap<string, Promise<OpenedDataset>>(keptOpen)

  constructor(store: Store) {
    this.#store = store
  }

  /** @throws EspalierError 'data/*', 'input/*' */
  open(options: DataOptions): Promise<OpenedDataset> {
    const key = JSON.stringify(options)
    const opened = this.#open.get(key) ?? openRecorded(this.#store, options)
    this.#open.set(key, opened)
    opened.catch(() => this.#open.delete(key))
    return opened
  }

  /** The dataset of a row, checked to be what it was. @throws EspalierError 'store/missing', 'data/*', 'input/*' */
  async reopen(id: string): Promise<DatasetPair> {
    const row = await this.#store.datasets.get(id)
    if (row === null) throw new EspalierError('store/missing', `There is no dataset ${id}.`, 'List the datasets.')
    const { pair } = await this.open(dataSchema.parse(JSON.parse(row.source)))
    if (pair.hash === row.hash) return pair
    throw new EspalierError(
      'store/missing',
      `The files of ${row.name} hold other images now than when they were used.`,
      'Put the original files back; the results that are stored stay as they are.',
    )
  }
}

/** What the data step of the wizard shows. */
export function describeDataset({ pair, row }: OpenedDataset): ApiOutput<'data.open'> {
  const { test } = pair
  return {
    dataset: row,
    classCounts: countClasses(pair),
    range: pixelRange(pair),
    thumbnails: pickByClass(test.labels, test.classes.length).map((index) => ({
      index,
      label: test.classes[test.labels[index]],
      picture: toPicture(test.image(index), test.shape),
    })),
  }
}

/** How many images each class has in the two splits. */
export function countClasses({ train, test }: DatasetPair): ApiOutput<'data.open'>['classCounts'] {
  const counts = [train, test].map(({ labels, classes }) => {
    const count = classes.map(() => 0)
    for (const label of labels) count[label] += 1
    return count
  })
  return train.classes.map((label, k) => ({ label, train: counts[0][k], test: counts[1][k] }))
}

/** Smallest and largest value of all pixels, in pixel units. */
export function pixelRange({ train, test }: DatasetPair): { minimum: number; maximum: number } {
  let minimum = Infinity
  let maximum = -Infinity
  for (const { pixels } of [train, test]) {
    for (const value of pixels) {
      if (value < minimum) minimum = value
      if (value > maximum) maximum = value
    }
  }
  const unit = train.pixels instanceof Uint8Array ? 255 : 1
  return { minimum: minimum / unit, maximum: maximum / unit }
}

/** The first few test images of each class, in order of class. */
function pickByClass(labels: Uint8Array, classes: number): number[] {
  const picked: number[][] = Array.from({ length: classes }, () => [])
  labels.forEach((label, index) => {
    if (picked[label].length < thumbnailsPerClass) picked[label].push(index)
  })
  return picked.flat()
}

/** A folder of MNIST files that may be offered: ESPALIER_MNIST, or the one beside a development checkout. */
export function findMnist(environment: NodeJS.ProcessEnv = process.env): string | null {
  const beside = fileURLToPath(new URL('../../../shared/data/mnist', import.meta.url))
  const candidates = [environment.ESPALIER_MNIST ?? '', beside].filter((folder) => folder !== '')
  return (
    candidates.find(
      (folder) => existsSync(folder) && readdirSync(folder).some((name) => name.startsWith('train-images')),
    ) ?? null
  )
}
