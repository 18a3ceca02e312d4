// Recorded kernels of activation functions, softmax and clipping, and of the gradients that are kernels of their own.
import type { ClipByValueAttrs, LeakyReluAttrs, LogSoftmaxAttrs, SoftmaxAttrs } from '@tensorflow/tfjs-core'
import { EspalierError } from '../../contract/errors.ts'
import { arithmetic, compare, pointwise, scalarLike, select, unary } from '../record/arithmetic.ts'
import type { Graph } from '../record/graph.ts'
import type { Value } from '../record/value.ts'
import { kernel } from './kernel.ts'

function clip(graph: Graph, x: Value, low: number, high: number): Value {
  return pointwise(graph, 'Clip', [x, scalarLike(graph, low, x), scalarLike(graph, high, x)], x.dtype)
}

/** max(x, 0) + log(1 + exp(−|x|)): no overflow, and exact for large |x|. */
function softplus(graph: Graph, x: Value): Value {
  const decay = unary(graph, 'Exp', unary(graph, 'Neg', unary(graph, 'Abs', x)))
  const tail = unary(graph, 'Log', arithmetic(graph, 'Add', scalarLike(graph, 1, x), decay))
  return arithmetic(graph, 'Add', unary(graph, 'Relu', x), tail)
}

/** Negative entries times `alpha`, the others as they are. */
function leakyRelu(graph: Graph, x: Value, alpha: Value): Value {
  const negative = compare(graph, 'Less', x, scalarLike(graph, 0, x))
  return select(graph, negative, arithmetic(graph, 'Mul', x, alpha), x)
}

/** x where x ≥ 0, exp(x) − 1 below. */
function elu(graph: Graph, x: Value): Value {
  const below = arithmetic(graph, 'Sub', unary(graph, 'Exp', x), scalarLike(graph, 1, x))
  return select(graph, compare(graph, 'GreaterOrEqual', x, scalarLike(graph, 0, x)), x, below)
}

function erf(graph: Graph, x: Value): Value {
  if (graph.precision === 'float64') {
    throw new EspalierError(
      'engine/kernel-missing',
      'The kernel Erf has no float64 implementation.',
      'Compile this program in float32, or write erf with other functions.',
    )
  }
  return unary(graph, 'Erf', x)
}

export const activationKernels = {
  Relu: kernel(({ graph, input }) => unary(graph, 'Relu', input('x'))),
  Relu6: kernel(({ graph, input }) => clip(graph, input('x'), 0, 6)),
  LeakyRelu: kernel<LeakyReluAttrs>(({ graph, input, attrs }) =>
    leakyRelu(graph, input('x'), scalarLike(graph, attrs.alpha, input('x'))),
  ),
  Prelu: kernel(({ graph, input }) => leakyRelu(graph, input('x'), input('alpha'))),
  Elu: kernel(({ graph, input }) => elu(graph, input('x'))),
  EluGrad: kernel(({ graph, input }) => {
    const [dy, y] = [input('dy'), input('y')]
    const scaled = arithmetic(graph, 'Mul', dy, arithmetic(graph, 'Add', y, scalarLike(graph, 1, y)))
    return select(graph, compare(graph, 'GreaterOrEqual', y, scalarLike(graph, 0, y)), dy, scaled)
  }),
  Sigmoid: kernel(({ graph, input }) => unary(graph, 'Sigmoid', input('x'))),
  Tanh: kernel(({ graph, input }) => unary(graph, 'Tanh', input('x'))),
  Softplus: kernel(({ graph, input }) => softplus(graph, input('x'))),
  Erf: kernel(({ graph, input }) => erf(graph, input('x'))),
  ClipByValue: kernel<ClipByValueAttrs>(({ graph, input, attrs }) =>
    clip(graph, input('x'), attrs.clipValueMin, attrs.clipValueMax),
  ),
  Softmax: kernel<SoftmaxAttrs>(({ graph, input, attrs }) => {
    const x = input('logits')
    return graph.node('Softmax', [x], x.shape, x.dtype, { axis: attrs.dim })
  }),
  LogSoftmax: kernel<LogSoftmaxAttrs>(({ graph, input, attrs }) => {
    const x = input('logits')
    return graph.node('LogSoftmax', [x], x.shape, x.dtype, { axis: attrs.axis })
  }),
}
