// The images that importance is measured on: chosen from the training images by a seed.
import { EspalierError } from '../contract/errors.ts'
import type { Dataset } from '../data/dataset.ts'
import { SeededRandom } from '../data/random.ts'

/** Images that the paper's released code takes (spec A.4). */
export const defaultImages = 1000

/**
 * `count` different images of the dataset, all where it has fewer, in increasing order. The same dataset and seed give the
 * same images, and more images contain the fewer.
 * @throws EspalierError 'recipe/invalid' where `count` is no whole number of at least 1
 */
export function chooseImages(dataset: Dataset, count: number, seed: number): Uint32Array {
  if (!Number.isInteger(count) || count < 1)
    throw new EspalierError(
      'recipe/invalid',
      `Importance cannot be measured on ${count} images.`,
      `Give a whole number of images, at least 1; the paper takes ${defaultImages}.`,
    )
  return new SeededRandom(seed).fork('images to score neurons on').permutation(dataset.count).slice(0, count).sort()
}
