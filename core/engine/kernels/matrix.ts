// The recorded kernel of batched matrix products.
import type { BatchMatMulAttrs } from '@tensorflow/tfjs-core'
import { commonShape } from '../record/arithmetic.ts'
import type { Graph } from '../record/graph.ts'
import { transpose } from '../record/layout.ts'
import type { Value } from '../record/value.ts'
import { kernel } from './kernel.ts'

/** The last two axes exchanged. */
function transposed(graph: Graph, x: Value): Value {
  const axes = x.shape.map((_, axis) => axis)
  const rank = axes.length
  return transpose(graph, x, [...axes.slice(0, -2), rank - 1, rank - 2])
}

/** a [..., m, k] times b [..., k, n]; the leading axes broadcast. */
export function matmul(graph: Graph, a: Value, b: Value): Value {
  const lead = commonShape([
    graph.uniform(0, a.shape.slice(0, -2), 'float32'),
    graph.uniform(0, b.shape.slice(0, -2), 'float32'),
  ])
  const shape = [...lead, a.shape.at(-2) ?? 1, b.shape.at(-1) ?? 1]
  return graph.node('MatMul', [a, b], shape, a.dtype)
}

export const matrixKernels = {
  BatchMatMul: kernel<BatchMatMulAttrs>(({ graph, input, attrs }) => {
    const a = attrs.transposeA ? transposed(graph, input('a')) : input('a')
    const b = attrs.transposeB ? transposed(graph, input('b')) : input('b')
    return matmul(graph, a, b)
  }),
}
