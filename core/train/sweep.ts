// Walks over images in batches of one fixed size, so that one compiled program serves a whole dataset.
import type { Dataset } from '../data/dataset.ts'
import { requireNotCancelled } from './cancel.ts'

/** Images per run. */
export const sweepBatch = 250

/** A full batch: `images` [sweepBatch, pixels] is reused from call to call; rows past `indices.length` are left-overs. */
export interface SweepBatch {
  /** Position of the first image within all indices. */
  readonly start: number
  readonly indices: Uint32Array
  readonly images: Float32Array
}

/** Calls `visit` with every batch, one after another. @throws EspalierError 'job/cancelled' when the signal says so */
export async function sweep(
  dataset: Dataset,
  indices: Uint32Array,
  visit: (batch: SweepBatch) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const [channels, height, width] = dataset.shape
  const images = new Float32Array(sweepBatch * channels * height * width)
  for (let start = 0; start < indices.length; start += sweepBatch) {
    requireNotCancelled(signal)
    const part = indices.subarray(start, start + sweepBatch)
    dataset.batch(part, images)
    await visit({ start, indices: part, images })
  }
}

/** 0…count-1. */
export function allIndices(dataset: Dataset): Uint32Array {
  return Uint32Array.from({ length: dataset.count }, (_, index) => index)
}
