// Recording of entry-by-entry operations, with operands that change nothing left out.
import type { Attributes } from '../onnx/model.ts'
import type { Graph } from './graph.ts'
import { biasedInBlocks, pointwiseInBlocks } from './blocks.ts'
import { beforeExpand, expand } from './layout.ts'
import { broadcastShape, sameShape } from './value.ts'
import type { ElementType, Shape, Value } from './value.ts'

/** The broadcast shape of all operands. */
export function commonShape(values: readonly Value[]): Shape {
  return values.reduce<Shape>((shape, value) => {
    const next = broadcastShape(shape, value.shape)
    if (next === null) throw new RangeError(`cannot broadcast [${shape.join()}] with [${value.shape.join()}]`)
    return next
  }, [])
}

/**
 * One node that broadcasts its operands; numbers repeated all over become scalars and expansions the node makes by itself
 * are dropped, as long as the result keeps its shape.
 */
export function pointwise(
  graph: Graph,
  op: string,
  operands: readonly Value[],
  dtype: ElementType,
  attributes: Attributes = {},
): Value {
  const shape = commonShape(operands)
  const slim = operands.map(slimmed(graph))
  for (const [index, operand] of operands.entries()) {
    if (sameShape(commonShape(slim), shape)) break
    slim[index] = operand
  }
  const inBlocks = dtype === 'float32' ? pointwiseInBlocks(graph, op, slim, shape, attributes) : null
  return inBlocks ?? graph.node(op, slim, shape, dtype, attributes)
}

function slimmed(graph: Graph): (value: Value) => Value {
  return (value) =>
    value.origin.kind === 'uniform' ? graph.uniform(value.origin.fill, [], value.dtype) : beforeExpand(value)
}

const fold = {
  Add: (a: number, b: number) => a + b,
  Sub: (a: number, b: number) => a - b,
  Mul: (a: number, b: number) => a * b,
  Div: (a: number, b: number) => a / b,
}

/** a + b, a − b, a · b or a / b, without the work when the answer is exactly an operand or one number. */
export function arithmetic(graph: Graph, op: keyof typeof fold, a: Value, b: Value): Value {
  const shape = commonShape([a, b])
  const real = a.dtype === 'float32'
  if (real && a.origin.kind === 'uniform' && b.origin.kind === 'uniform') {
    const exact = fold[op](a.origin.fill, b.origin.fill)
    return graph.uniform(graph.precision === 'float32' ? Math.fround(exact) : exact, shape, a.dtype)
  }
  if (op === 'Mul' && isUniform(a, 1)) return expand(graph, b, shape)
  if ((op === 'Mul' || op === 'Div') && isUniform(b, 1)) return expand(graph, a, shape)
  if (op === 'Sub' && isUniform(b, 0)) return expand(graph, a, shape)
  const biased = op === 'Add' ? (biasedInBlocks(graph, a, b) ?? biasedInBlocks(graph, b, a)) : null
  if (biased !== null) return biased
  return pointwise(graph, op, [a, b], a.dtype)
}

function isUniform(value: Value, fill: number): boolean {
  return value.origin.kind === 'uniform' && Object.is(value.origin.fill, fill)
}

export function unary(graph: Graph, op: string, x: Value, dtype: ElementType = x.dtype): Value {
  return pointwise(graph, op, [x], dtype)
}

/** `number` with the element type of `like`. */
export function scalarLike(graph: Graph, number: number, like: Value): Value {
  return graph.uniform(number, [], like.dtype)
}

/** Where `condition` holds `then`, elsewhere `otherwise`. */
export function select(graph: Graph, condition: Value, then: Value, otherwise: Value): Value {
  return pointwise(graph, 'Where', [condition, then, otherwise], then.dtype)
}

/** Comparisons whose result is bool. */
export function compare(
  graph: Graph,
  op: 'Greater' | 'GreaterOrEqual' | 'Less' | 'LessOrEqual' | 'Equal',
  a: Value,
  b: Value,
): Value {
  return pointwise(graph, op, [a, b], 'bool')
}
