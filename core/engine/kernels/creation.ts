// Recorded kernels that make tensors from numbers, or from another tensor's shape or element type.
import type { CastAttrs, FillAttrs, OneHotAttrs, RangeAttrs } from '@tensorflow/tfjs-core'
import { compare, select } from '../record/arithmetic.ts'
import { cast, reshape } from '../record/layout.ts'
import type { TensorType } from '../program.ts'
import { kernel } from './kernel.ts'

/** The element type of TensorFlow.js' name for it; strings and complex numbers have no place in a program. */
export function tensorType(name: string): TensorType {
  if (name === 'float32' || name === 'int32' || name === 'bool') return name
  throw new RangeError(`tensors of type ${name} cannot be recorded`)
}

export const creationKernels = {
  Identity: kernel(({ input }) => input('x')),
  Cast: kernel<CastAttrs>(({ graph, input, attrs }) => cast(graph, input('x'), tensorType(attrs.dtype))),
  Fill: kernel<FillAttrs>(({ graph, attrs }) => {
    const dtype = typeof attrs.dtype === 'string' ? tensorType(attrs.dtype) : 'float32'
    return graph.uniform(Number(attrs.value), attrs.shape, dtype)
  }),
  ZerosLike: kernel(({ graph, input }) => graph.uniform(0, input('x').shape, input('x').dtype)),
  OnesLike: kernel(({ graph, input }) => graph.uniform(1, input('x').shape, input('x').dtype)),
  Range: kernel<RangeAttrs>(({ graph, attrs }) => {
    const count = Math.max(0, Math.ceil((attrs.stop - attrs.start) / attrs.step))
    const values = Float64Array.from({ length: count }, (_, index) => attrs.start + index * attrs.step)
    return graph.host(attrs.dtype === 'int32' ? Int32Array.from(values) : values, [count], tensorType(attrs.dtype))
  }),
  OneHot: kernel<OneHotAttrs>(({ graph, input, attrs }) => {
    const indices = input('indices')
    const classes = graph.host(
      Int32Array.from({ length: attrs.depth }, (_, index) => index),
      [attrs.depth],
      'int32',
    )
    const hit = compare(graph, 'Equal', reshape(graph, indices, [...indices.shape, 1]), classes)
    const dtype = tensorType(attrs.dtype)
    return select(graph, hit, graph.uniform(attrs.onValue, [], dtype), graph.uniform(attrs.offValue, [], dtype))
  }),
}
