// Which images are held out, and in which batches the others are visited: a function of data, seed and epoch alone.
import { SeededRandom } from '../data/random.ts'
import type { Dataset } from '../data/dataset.ts'

export interface Split {
  /** Image indices trained on. */
  readonly train: Uint32Array
  /** Image indices held out; may be empty. */
  readonly validation: Uint32Array
}

/**
 * Holds out `validation` images, at most a tenth. The choice depends on the data alone, so that fine-tuning a network
 * never trains on what its first training held out.
 */
export function splitTraining(dataset: Dataset, validation: number): Split {
  const held = Math.min(validation, Math.floor(dataset.count / 10))
  const order = new SeededRandom(0).fork(`validation ${dataset.hash}`).permutation(dataset.count)
  return { validation: order.slice(0, held).sort(), train: order.slice(held).sort() }
}

/**
 * The batches of one epoch: every index once, in an order forked from the seed by epoch number. The last batch holds what
 * is left; a single image left over joins the batch before it, because batch normalisation needs two.
 */
export function epochBatches(
  indices: Uint32Array,
  batchSize: number,
  seed: number,
  epoch: number,
): readonly Uint32Array[] {
  const order = new SeededRandom(seed).fork(`epoch ${epoch}`).permutation(indices.length)
  const shuffled = order.map((position) => indices[position])
  const sizes = batchSizes(indices.length, batchSize)
  let start = 0
  return sizes.map((size) => shuffled.subarray(start, (start += size)))
}

function batchSizes(count: number, batchSize: number): number[] {
  const full = Math.floor(count / batchSize)
  const rest = count - full * batchSize
  const sizes = Array.from({ length: full }, () => batchSize)
  if (rest === 1 && full > 0) sizes[full - 1] += 1
  else if (rest > 0) sizes.push(rest)
  return sizes
}
