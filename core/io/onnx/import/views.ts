// Orders of elements: transposing, picking along axes and broadcasting, as index arrays.
import { sizeOf, type Shape } from '../../../nn/index.ts'
import type { View } from './value.ts'

/** Row-major steps of each axis. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length).fill(1)
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1] * shape[axis + 1]
  return strides
}

/** Output element at (i, j, …) is source element Σ offsets[axis][i]: `offsets` holds the contribution of every position of an axis. */
function walk(offsets: readonly (readonly number[])[]): Int32Array {
  let index = Int32Array.of(0)
  for (const axis of offsets) {
    const next = new Int32Array(index.length * axis.length)
    let at = 0
    for (const base of index) for (const offset of axis) next[at++] = base + offset
    index = next
  }
  return index
}

const steps = (count: number, stride: number): number[] => Array.from({ length: count }, (_, i) => i * stride)

/** Output axis a is source axis `axes[a]`. */
export function transposed(shape: Shape, axes: readonly number[]): View {
  const strides = stridesOf(shape)
  const target = axes.map((axis) => shape[axis])
  const moving = axes.filter((axis) => shape[axis] > 1)
  if (moving.every((axis, i) => i === 0 || axis > moving[i - 1])) return { shape: target, index: null }
  return { shape: target, index: walk(axes.map((axis) => steps(shape[axis], strides[axis]))) }
}

/** Along `axis` the positions `picks`, in that order. */
export function picked(shape: Shape, axis: number, picks: readonly number[]): View {
  const strides = stridesOf(shape)
  const target = shape.map((extent, a) => (a === axis ? picks.length : extent))
  if (picks.length === shape[axis] && picks.every((position, i) => position === i))
    return { shape: target, index: null }
  const offsets = shape.map((extent, a) =>
    a === axis ? picks.map((position) => position * strides[a]) : steps(extent, strides[a]),
  )
  return { shape: target, index: walk(offsets) }
}

/** The shape both broadcast to (NumPy's rule), or null where they do not fit. */
export function broadcastShape(a: Shape, b: Shape): Shape | null {
  const rank = Math.max(a.length, b.length)
  const extent = (shape: Shape, axis: number): number => shape[axis - rank + shape.length] ?? 1
  const result = Array.from({ length: rank }, (_, axis) => (extent(a, axis) === 1 ? extent(b, axis) : extent(a, axis)))
  const fits = result.every((size, axis) => [1, size].includes(extent(a, axis)) && [1, size].includes(extent(b, axis)))
  return fits ? result : null
}

/** `shape` repeated to `target`, to which it broadcasts. */
export function broadcast(shape: Shape, target: Shape): View {
  if (sizeOf(shape) === sizeOf(target)) return { shape: target, index: null }
  const padded = [...new Array<number>(target.length - shape.length).fill(1), ...shape]
  const strides = stridesOf(padded)
  return {
    shape: target,
    index: walk(target.map((count, axis) => steps(count, padded[axis] === 1 ? 0 : strides[axis]))),
  }
}
