// What every layer kind must provide: shapes, parameters, float64 evaluation, tensors, intervals.

/** A shape without the batch axis: `[features]` or `[channels, height, width]`. */
export type Shape = readonly number[]

/** Row-major numbers with their shape. The array is shared, never written to after `createNetwork`. */
export interface Parameter {
  readonly shape: Shape
  readonly data: Float32Array | Float64Array
}

/** What a trained parameter is for: optimisers, pruning and counts choose by role. */
export type ParameterRole = 'weight' | 'bias' | 'gamma' | 'beta' | 'slope' | 'intercept'

/** One named parameter of a layer kind; `role` is null for the numbers no optimiser changes (running statistics, masks). */
export interface ParameterSlot {
  readonly name: string
  readonly role: ParameterRole | null
}

/** Reports a shape that does not fit; `createNetwork` turns it into an `EspalierError` 'model/shape' naming the layer. */
export type ShapeFailure = (what: string, expected: string, actual: Shape | string) => never

/** The rule of one layer kind. Everything is a pure function of the layer and its inputs. */
export interface LayerRule<L> {
  /** How many inputs the kind takes. */
  readonly arity: number
  readonly slots: readonly ParameterSlot[]
  /** Output shape, after checking inputs and parameters; calls `fail` on a mismatch. */
  outputShape(layer: L, inputs: readonly Shape[], fail: ShapeFailure): Shape
  /** Plain float64 loops on one point; `inputs[i]` has `inputShapes[i]`, row-major. */
  evaluate(layer: L, inputs: readonly Float64Array[], inputShapes: readonly Shape[], shape: Shape): Float64Array
}

/** Number of elements of a shape. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((size, dimension) => size * dimension, 1)
}

/** True where both shapes have the same axes. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dimension, axis) => dimension === b[axis])
}

/** `3×32×32` for messages. */
export function formatShape(shape: Shape): string {
  return shape.length === 0 ? 'scalar' : shape.join('×')
}

/** Fails unless `parameter` has exactly the shape `expected`. */
export function requireParameter(name: string, parameter: Parameter, expected: Shape, fail: ShapeFailure): void {
  if (!sameShape(parameter.shape, expected)) fail(`parameter ${name}`, formatShape(expected), parameter.shape)
}
