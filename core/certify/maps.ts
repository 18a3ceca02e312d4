// The affine layers of a network as maps over their stored parameters; batch norm is computed, so its rounding is stated.
import type { AffineLayer, AvgPoolLayer, BatchNormLayer, Conv2dLayer, GatherLayer, Shape } from '../nn/layer.ts'
import { SparseMap } from './affine-map.ts'

/** Most entries of one map: 1.5 GiB. */
export const MOST_ENTRIES = 2 ** 27

/** Unit roundoffs that computed parameters are off by: 1/(kh·kw), and γ/√(σ² + ε) with the shift made from it. */
const POOL_SLOP = 2
const BATCH_NORM_SLOP = 12

/** Rows with their entries one after another. */
class RowBuilder {
  readonly #starts: Int32Array
  readonly #columns: Int32Array
  readonly #weights: Float64Array
  readonly #count: Int32Array
  #row = 0
  #at = 0

  constructor(rows: number, columns: number, entries: number) {
    this.#starts = new Int32Array(rows + 1)
    this.#columns = new Int32Array(entries)
    this.#weights = new Float64Array(entries)
    this.#count = new Int32Array(columns)
  }

  add(column: number, weight: number): void {
    this.#columns[this.#at] = column
    this.#weights[this.#at++] = weight
    this.#count[column]++
  }

  endRow(): void {
    this.#starts[++this.#row] = this.#at
  }

  build(bias: Float64Array, biasMagnitude: Float64Array, slop: number): SparseMap {
    let terms = this.#count.reduce((most, count) => Math.max(most, count), 0)
    for (let j = 0; j < this.#row; j++) terms = Math.max(terms, this.#starts[j + 1] - this.#starts[j])
    const columns = this.#columns.subarray(0, this.#at)
    const weights = this.#weights.subarray(0, this.#at)
    return new SparseMap({ starts: this.#starts, columns, weights, bias, biasMagnitude, terms, slop })
  }
}

interface Window {
  readonly kernel: readonly number[]
  readonly strides: readonly number[]
  readonly pads: readonly number[]
}

/** Which pixel of a plane each tap of the window sees, for every place of it; −1 in the padding. [places, taps] */
function pixelsSeen(
  { kernel, strides, pads }: Window,
  [height, width]: Shape,
  [, outHeight, outWidth]: Shape,
): Int32Array {
  const seen = new Int32Array(outHeight * outWidth * kernel[0] * kernel[1])
  let at = 0
  for (let oy = 0; oy < outHeight; oy++)
    for (let ox = 0; ox < outWidth; ox++)
      for (let ky = 0; ky < kernel[0]; ky++)
        for (let kx = 0; kx < kernel[1]; kx++) {
          const y = oy * strides[0] + ky - pads[0]
          const x = ox * strides[1] + kx - pads[1]
          seen[at++] = y >= 0 && y < height && x >= 0 && x < width ? y * width + x : -1
        }
  return seen
}

/** Entries that the map of a window layer has at most. */
export function windowEntries(kernel: readonly number[], channels: number, [out, height, width]: Shape): number {
  return out * height * width * channels * kernel[0] * kernel[1]
}

export function convMap(layer: Conv2dLayer, [channels, height, width]: Shape, shape: Shape): SparseMap {
  const [out, outHeight, outWidth] = shape
  const kernel = layer.weight.shape.slice(2)
  const seen = pixelsSeen({ ...layer, kernel }, [height, width], shape)
  const weight = layer.weight.data
  const taps = kernel[0] * kernel[1]
  const plane = height * width
  const places = outHeight * outWidth
  const builder = new RowBuilder(out * places, channels * plane, windowEntries(kernel, channels, shape))
  const bias = new Float64Array(out * places)
  for (let o = 0; o < out; o++)
    for (let place = 0; place < places; place++) {
      for (let c = 0; c < channels; c++)
        for (let tap = 0; tap < taps; tap++) {
          const pixel = seen[place * taps + tap]
          if (pixel >= 0) builder.add(c * plane + pixel, weight[(o * channels + c) * taps + tap])
        }
      bias[o * places + place] = layer.bias.data[o]
      builder.endRow()
    }
  return builder.build(bias, bias.map(Math.abs), 0)
}

/** Padded zeros count as pixels. */
export function poolMap(layer: AvgPoolLayer, [channels, height, width]: Shape, shape: Shape): SparseMap {
  const seen = pixelsSeen(layer, [height, width], shape)
  const taps = layer.kernel[0] * layer.kernel[1]
  const places = seen.length / taps
  const builder = new RowBuilder(channels * places, channels * height * width, windowEntries(layer.kernel, 1, shape))
  for (let c = 0; c < channels; c++)
    for (let place = 0; place < places; place++) {
      for (let tap = 0; tap < taps; tap++) {
        const pixel = seen[place * taps + tap]
        if (pixel >= 0) builder.add(c * height * width + pixel, 1 / taps)
      }
      builder.endRow()
    }
  return builder.build(new Float64Array(channels * places), new Float64Array(channels * places), POOL_SLOP)
}

export function gatherMap({ indices }: GatherLayer, size: number): SparseMap {
  const rows = indices?.length ?? size
  const builder = new RowBuilder(rows, size, rows)
  for (let k = 0; k < rows; k++) {
    builder.add(indices ? indices[k] : k, 1)
    builder.endRow()
  }
  return builder.build(new Float64Array(rows), new Float64Array(rows), 0)
}

export function channelMap({ scale, shift }: AffineLayer, shape: Shape): SparseMap {
  const b = Float64Array.from(shift.data)
  return perChannel(Float64Array.from(scale.data), b, b.map(Math.abs), shape, 0)
}

/** y = γ (x − μ)/√(σ² + ε) + β as scale and shift; both are rounded, `slop` says how far. */
export function batchNormMap(layer: BatchNormLayer, shape: Shape): SparseMap {
  const { gamma, beta, mean, variance, epsilon } = layer
  const scale = Float64Array.from(gamma.data, (g, c) => g / Math.sqrt(variance.data[c] + epsilon))
  const shift = scale.map((s, c) => beta.data[c] - s * mean.data[c])
  const sizes = scale.map((s, c) => Math.abs(beta.data[c]) + Math.abs(s * mean.data[c]))
  return perChannel(scale, shift, sizes, shape, BATCH_NORM_SLOP)
}

function perChannel(
  scale: Float64Array,
  shift: Float64Array,
  sizes: Float64Array,
  shape: Shape,
  slop: number,
): SparseMap {
  const size = shape.reduce((product, axis) => product * axis, 1)
  const plane = size / scale.length
  const builder = new RowBuilder(size, size, size)
  const spread = (values: Float64Array): Float64Array =>
    Float64Array.from({ length: size }, (_, i) => values[Math.floor(i / plane)])
  for (let i = 0; i < size; i++) {
    builder.add(i, scale[Math.floor(i / plane)])
    builder.endRow()
  }
  return builder.build(spread(shift), spread(sizes), slop)
}
