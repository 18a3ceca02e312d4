// A value of a recorded program: where it comes from, its shape and its element type.
import type { Attributes } from '../onnx/model.ts'
import type { TensorData, TensorType } from '../program.ts'

export type Shape = readonly number[]

/** 'int64' appears only inside graphs, for shapes, axes and indices. */
export type ElementType = TensorType | 'int64'

/** What makes a value. `uniform` holds one number in every entry and costs nothing until a node needs it spelt out. */
export type Origin =
  | { readonly kind: 'input'; readonly name: string }
  | { readonly kind: 'node'; readonly node: RecordedNode; readonly output: number }
  | { readonly kind: 'host'; readonly data: TensorData }
  | { readonly kind: 'ints'; readonly values: readonly number[] }
  | { readonly kind: 'uniform'; readonly fill: number }

export interface Value {
  readonly id: number
  readonly shape: Shape
  readonly dtype: ElementType
  readonly origin: Origin
  /** Whether it changes from run to run. */
  readonly varies: boolean
}

export interface RecordedNode {
  readonly op: string
  readonly inputs: readonly Value[]
  readonly attributes: Attributes
  readonly outputCount: number
}

export function size(shape: Shape): number {
  return shape.reduce((product, extent) => product * extent, 1)
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis])
}

/** The shape NumPy broadcasting gives, or null where the shapes do not go together. */
export function broadcastShape(a: Shape, b: Shape): Shape | null {
  const rank = Math.max(a.length, b.length)
  const shape: number[] = []
  for (let axis = 0; axis < rank; axis += 1) {
    const left = a[a.length - rank + axis] ?? 1
    const right = b[b.length - rank + axis] ?? 1
    if (left !== right && left !== 1 && right !== 1) return null
    shape.push(left === 1 ? right : left)
  }
  return shape
}
