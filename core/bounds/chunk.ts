// Rows in chunks of the sizes that programs are compiled for, padded where they do not fill one.
import { like, type Floats } from './floats.ts'

/** Program sizes: a call is padded to the next one. */
const SIZES = [1, 4, 16, 32, 64, 128, 192, 256, 384, 512]

/** Rows `from` … `from + count` in a program for `size`. */
export interface Chunk {
  readonly from: number
  readonly count: number
  readonly size: number
}

/** The smallest program size that takes `rows`, or the largest that memory allows. */
export function chunkSize(rows: number, capacity: number): number {
  const allowed = SIZES.filter((size) => size <= capacity)
  return allowed.find((size) => size >= rows) ?? Math.max(1, ...allowed)
}

/** `rows` rows from `from` on in chunks of at most `capacity`. */
export function chunksOf(rows: number, capacity: number, from = 0): Chunk[] {
  const chunks: Chunk[] = []
  for (let at = 0; at < rows;) {
    const size = chunkSize(rows - at, capacity)
    const count = Math.min(size, rows - at)
    chunks.push({ from: from + at, count, size })
    at += count
  }
  return chunks
}

/** Rows of a chunk, the last one repeated to fill it; where nothing is to fill, a view of them. */
export function padded(values: Floats, width: number, { from, count, size }: Chunk): Floats {
  if (count === size) return values.subarray(from * width, (from + size) * width)
  const result = like(values, size * width)
  for (let row = 0; row < size; row++) {
    const source = (from + Math.min(row, count - 1)) * width
    result.set(values.subarray(source, source + width), row * width)
  }
  return result
}

export function repeated<Numbers extends Floats>(row: Numbers, times: number): Numbers {
  const result = like(row, row.length * times)
  for (let i = 0; i < times; i++) result.set(row, i * row.length)
  return result
}
