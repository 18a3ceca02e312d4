// Recorded kernels of two or more operands: arithmetic, powers, extremes.
import { arithmetic, pointwise, unary } from '../record/arithmetic.ts'
import type { Graph } from '../record/graph.ts'
import { cast } from '../record/layout.ts'
import type { Value } from '../record/value.ts'
import { kernel } from './kernel.ts'

/** ⌊a / b⌋; ONNX divides int32 towards zero, so those go through float32 (exact below 2^24). */
function floorDivide(graph: Graph, a: Value, b: Value): Value {
  const quotient = arithmetic(graph, 'Div', cast(graph, a, 'float32'), cast(graph, b, 'float32'))
  return cast(graph, unary(graph, 'Floor', quotient), a.dtype)
}

export const arithmeticKernels = {
  Add: kernel(({ graph, input }) => arithmetic(graph, 'Add', input('a'), input('b'))),
  Sub: kernel(({ graph, input }) => arithmetic(graph, 'Sub', input('a'), input('b'))),
  Multiply: kernel(({ graph, input }) => arithmetic(graph, 'Mul', input('a'), input('b'))),
  RealDiv: kernel(({ graph, input }) => arithmetic(graph, 'Div', input('a'), input('b'))),
  FloorDiv: kernel(({ graph, input }) => floorDivide(graph, input('a'), input('b'))),
  /** a − b ⌊a / b⌋: the sign of the divisor, as TensorFlow's. */
  Mod: kernel(({ graph, input }) => {
    const [a, b] = [input('a'), input('b')]
    return arithmetic(graph, 'Sub', a, arithmetic(graph, 'Mul', b, floorDivide(graph, a, b)))
  }),
  Maximum: kernel(({ graph, input }) => pointwise(graph, 'Max', [input('a'), input('b')], input('a').dtype)),
  Minimum: kernel(({ graph, input }) => pointwise(graph, 'Min', [input('a'), input('b')], input('a').dtype)),
  Pow: kernel(({ graph, input }) => pointwise(graph, 'Pow', [input('a'), input('b')], input('a').dtype)),
  SquaredDifference: kernel(({ graph, input }) => {
    const difference = arithmetic(graph, 'Sub', input('a'), input('b'))
    return arithmetic(graph, 'Mul', difference, difference)
  }),
  AddN: kernel(({ graph, inputs }) => {
    const first = inputs.at(0)
    if (first === undefined) throw new RangeError('AddN of nothing')
    return inputs.slice(1).reduce((sum, term) => arithmetic(graph, 'Add', sum, term), first)
  }),
}
