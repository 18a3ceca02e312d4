// What every layer kind must provide: shapes, parameters, float64 evaluation, tensors, intervals.

import { z } from 'zod'
import type { Tensor } from '../../engine/tensor.ts'

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

/** A layer's parameters as tensors, by slot name. */
export type TensorParameters = Readonly<Record<string, Tensor>>

/** Lower and upper bounds, each [batch, ...shape]. */
export interface TensorInterval {
  readonly lower: Tensor
  readonly upper: Tensor
}

/** The output of a layer in training and the new values of its running statistics, by slot name. */
export interface TrainingStep {
  readonly output: Tensor
  readonly updates: TensorParameters
}

/** Λ(f(x)) as linear functions of each input (`coefficients[i]` [rows, ...inputShapes[i]]) and a `constant` [rows]. */
export interface Adjoint {
  readonly coefficients: readonly Tensor[]
  readonly constant: Tensor
}

/** For kinds whose fields are all parameters. */
export const noAttributes = z.strictObject({})

/** The rule of one layer kind. Everything is a pure function of the layer and its inputs. */
export interface LayerRule<L> {
  /** How many inputs the kind takes. */
  readonly arity: number
  readonly slots: readonly ParameterSlot[]
  /** The other fields of the layer, as a saved network holds them. */
  readonly attributes: z.ZodType<Readonly<Record<string, unknown>>>
  /** Output shape, after checking inputs and parameters; calls `fail` on a mismatch. */
  outputShape(layer: L, inputs: readonly Shape[], fail: ShapeFailure): Shape
  /** Plain float64 loops on one point; `inputs[i]` has `inputShapes[i]`, row-major. */
  evaluate(layer: L, inputs: readonly Float64Array[], inputShapes: readonly Shape[], shape: Shape): Float64Array
  /** The same map on tensors [batch, ...shape], differentiable to second order. */
  forward(layer: L, inputs: readonly Tensor[], parameters: TensorParameters): Tensor
  /** Only where training differs from evaluation: batch statistics. */
  forwardTraining?(layer: L, inputs: readonly Tensor[], parameters: TensorParameters): TrainingStep
  /** Interval bound propagation (spec C.1), without outward rounding. */
  interval(layer: L, inputs: readonly TensorInterval[], parameters: TensorParameters): TensorInterval
}

/** The rule of a kind that is an affine function of its inputs. */
export interface AffineLayerRule<L> extends LayerRule<L> {
  /** Pulls `outgoing` Λ [rows, ...output shape] back through the layer: Λ·f(x) = Σ coefficients·x + constant. */
  adjoint(layer: L, outgoing: Tensor, parameters: TensorParameters, inputShapes: readonly Shape[]): Adjoint
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
