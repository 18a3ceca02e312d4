// Recorded kernels of one operand: sign, rounding, powers, exponentials and logarithms.
import type { StepAttrs } from '@tensorflow/tfjs-core'
import { arithmetic, compare, pointwise, scalarLike, select, unary } from '../record/arithmetic.ts'
import type { Graph } from '../record/graph.ts'
import type { Value } from '../record/value.ts'
import { kernel } from './kernel.ts'
import type { RecordKernel } from './kernel.ts'

const one = (op: string): RecordKernel => kernel(({ graph, input }) => unary(graph, op, input('x')))

/** log(1 + x) to the last bits for small x: log(u) · x / (u − 1) with u = 1 + x rounded (Kahan; Goldberg 1991, theorem 4). */
function log1p(graph: Graph, x: Value): Value {
  const u = arithmetic(graph, 'Add', scalarLike(graph, 1, x), x)
  const rounded = arithmetic(graph, 'Sub', u, scalarLike(graph, 1, x))
  const corrected = arithmetic(graph, 'Div', arithmetic(graph, 'Mul', unary(graph, 'Log', u), x), rounded)
  return select(graph, compare(graph, 'Equal', rounded, scalarLike(graph, 0, x)), x, corrected)
}

/** exp(x) − 1 to the last bits for small x: (u − 1) · x / log(u) with u = exp(x) (Kahan). Far from 0 it is u − 1. */
function expm1(graph: Graph, x: Value): Value {
  const u = unary(graph, 'Exp', x)
  const difference = arithmetic(graph, 'Sub', u, scalarLike(graph, 1, x))
  const corrected = arithmetic(graph, 'Div', arithmetic(graph, 'Mul', difference, x), unary(graph, 'Log', u))
  const far = compare(graph, 'Greater', unary(graph, 'Abs', x), scalarLike(graph, 1, x))
  const near = select(graph, compare(graph, 'Equal', difference, scalarLike(graph, 0, x)), x, corrected)
  return select(graph, far, difference, near)
}

/**
 * 1 above 0, 0 elsewhere, NaN at NaN: relu(x) times a large number, cut at 1. Twice, since once leaves the least number below 1.
 * A hard sigmoid without a shift does so in one pass; the runtime has none in float64.
 */
function aboveZero(graph: Graph, x: Value): Value {
  const positive = unary(graph, 'Relu', x)
  if (graph.precision === 'float32') return steep(graph, steep(graph, positive))
  const large = scalarLike(graph, 1e308, x)
  const grown = arithmetic(graph, 'Mul', arithmetic(graph, 'Mul', positive, large), large)
  return pointwise(graph, 'Min', [grown, scalarLike(graph, 1, x)], x.dtype)
}

/** min(max(3e38·x, 0), 1). */
function steep(graph: Graph, x: Value): Value {
  return pointwise(graph, 'HardSigmoid', [x], x.dtype, { alpha: { float: 3e38 }, beta: { float: 0 } })
}

/**
 * 1 above 0, `alpha` elsewhere, NaN at NaN. alpha is what makes it the derivative of |x| or of leaky ReLU. Arithmetic is
 * several times faster in ONNX Runtime than a selection or a sign, so the two common alphas, 0 and −1, go that way: exactly.
 */
function step(graph: Graph, x: Value, alpha: number): Value {
  const above = aboveZero(graph, x)
  if (alpha === 0) return above
  if (alpha === -1) {
    const doubled = arithmetic(graph, 'Mul', above, scalarLike(graph, 2, x))
    return arithmetic(graph, 'Sub', doubled, scalarLike(graph, 1, x))
  }
  const positive = compare(graph, 'Greater', x, scalarLike(graph, 0, x))
  const stepped = select(graph, positive, scalarLike(graph, 1, x), scalarLike(graph, alpha, x))
  return select(graph, graph.node('IsNaN', [x], x.shape, 'bool'), x, stepped)
}

export const unaryKernels = {
  Neg: one('Neg'),
  Abs: one('Abs'),
  Sign: one('Sign'),
  Floor: one('Floor'),
  Ceil: one('Ceil'),
  /** Halves go to the even neighbour, in TensorFlow.js and in ONNX. */
  Round: one('Round'),
  Exp: one('Exp'),
  Expm1: kernel(({ graph, input }) => expm1(graph, input('x'))),
  Log: one('Log'),
  Log1p: kernel(({ graph, input }) => log1p(graph, input('x'))),
  Sqrt: one('Sqrt'),
  Rsqrt: kernel(({ graph, input }) => {
    const x = input('x')
    return arithmetic(graph, 'Div', scalarLike(graph, 1, x), unary(graph, 'Sqrt', x))
  }),
  Square: kernel(({ graph, input }) => arithmetic(graph, 'Mul', input('x'), input('x'))),
  Reciprocal: kernel(({ graph, input }) => arithmetic(graph, 'Div', scalarLike(graph, 1, input('x')), input('x'))),
  Step: kernel<StepAttrs>(({ graph, input, attrs }) => step(graph, input('x'), attrs.alpha)),
  Sin: one('Sin'),
  Cos: one('Cos'),
}
