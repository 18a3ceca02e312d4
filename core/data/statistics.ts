// Mean and standard deviation of each channel of a dataset's images, for normalisation.
import type { Dataset } from './dataset.ts'

/** In pixel units, one entry a channel; the deviation is that of the population. */
export interface ChannelStatistics {
  readonly mean: readonly number[]
  readonly deviation: readonly number[]
}

/** Over all pixels of all images. Sums of bytes are exact; those of floats are taken in float64. */
export function channelStatistics({ pixels, shape, count }: Dataset): ChannelStatistics {
  const [channels, height, width] = shape
  const plane = height * width
  const unit = pixels instanceof Uint8Array ? 255 : 1
  const mean: number[] = []
  const deviation: number[] = []
  for (let channel = 0; channel < channels; channel++) {
    let sum = 0
    let squares = 0
    for (let image = 0; image < count; image++) {
      const start = (image * channels + channel) * plane
      for (let at = start; at < start + plane; at++) {
        const value = pixels[at]
        sum += value
        squares += value * value
      }
    }
    const centre = sum / (count * plane)
    mean.push(centre / unit)
    deviation.push(Math.sqrt(Math.max(0, squares / (count * plane) - centre * centre)) / unit)
  }
  return { mean, deviation }
}
