// Recorded kernels of comparisons, truth values and selection.
import { compare, pointwise, select, unary } from '../record/arithmetic.ts'
import { cast } from '../record/layout.ts'
import type { Value } from '../record/value.ts'
import type { Graph } from '../record/graph.ts'
import { kernel } from './kernel.ts'

/** ONNX compares float and integer tensors, not truth values. */
function comparable(graph: Graph, x: Value): Value {
  return x.dtype === 'bool' ? cast(graph, x, 'int32') : x
}

function comparison(op: 'Greater' | 'GreaterOrEqual' | 'Less' | 'LessOrEqual' | 'Equal') {
  return kernel(({ graph, input }) => compare(graph, op, comparable(graph, input('a')), comparable(graph, input('b'))))
}

/** ONNX Runtime chooses between numbers only: truth values are (condition and then) or (not condition and otherwise). */
function selectTruth(graph: Graph, condition: Value, then: Value, otherwise: Value): Value {
  const chosen = pointwise(graph, 'And', [condition, then], 'bool')
  const rest = pointwise(graph, 'And', [unary(graph, 'Not', condition), otherwise], 'bool')
  return pointwise(graph, 'Or', [chosen, rest], 'bool')
}

export const logicKernels = {
  Greater: comparison('Greater'),
  GreaterEqual: comparison('GreaterOrEqual'),
  Less: comparison('Less'),
  LessEqual: comparison('LessOrEqual'),
  Equal: comparison('Equal'),
  NotEqual: kernel(({ graph, input }) => {
    const equal = compare(graph, 'Equal', comparable(graph, input('a')), comparable(graph, input('b')))
    return unary(graph, 'Not', equal)
  }),
  LogicalAnd: kernel(({ graph, input }) => pointwise(graph, 'And', [input('a'), input('b')], 'bool')),
  LogicalOr: kernel(({ graph, input }) => pointwise(graph, 'Or', [input('a'), input('b')], 'bool')),
  LogicalNot: kernel(({ graph, input }) => unary(graph, 'Not', input('x'))),
  IsNan: kernel(({ graph, input }) => unary(graph, 'IsNaN', input('x'), 'bool')),
  IsInf: kernel(({ graph, input }) => unary(graph, 'IsInf', input('x'), 'bool')),
  IsFinite: kernel(({ graph, input }) => {
    const unbounded = pointwise(
      graph,
      'Or',
      [unary(graph, 'IsNaN', input('x'), 'bool'), unary(graph, 'IsInf', input('x'), 'bool')],
      'bool',
    )
    return unary(graph, 'Not', unbounded)
  }),
  /** `tf.where` has broadcast all three by now. */
  Select: kernel(({ graph, input }) => {
    const [condition, then, otherwise] = [input('condition'), input('t'), input('e')]
    const choose = then.dtype === 'bool' ? selectTruth : select
    return choose(graph, condition, then, otherwise)
  }),
}
