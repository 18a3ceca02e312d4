// Images whose channels lie in blocks, the layout ONNX Runtime has direct convolutions for (it calls it NCHWc).
import type { Attributes } from '../onnx/model.ts'
import type { Graph } from './graph.ts'
import { reshape } from './layout.ts'
import { sameShape } from './value.ts'
import type { Shape, Value } from './value.ts'

/** The runtime's operators on blocks; the part before the colon is their domain. */
export const blockOp = {
  conv: 'com.microsoft.nchwc:Conv',
  toBlocks: 'com.microsoft.nchwc:ReorderInput',
  fromBlocks: 'com.microsoft.nchwc:ReorderOutput',
} as const

/*
 * A value in blocks has the shape [n, c, h, w] of the images it stands for, and its numbers in the order of
 * [n, c / block, h, w, block]. Only `fromBlocks` of it is seen outside kernels of convolutions: whatever works entry by entry
 * looks for that, works on the blocks, and says `fromBlocks` again. Where nothing needs the plain order, it is never made.
 */

function sourceOf(x: Value, op: string): Value | null {
  return x.origin.kind === 'node' && x.origin.node.op === op ? x.origin.node.inputs[0] : null
}

/** The blocks that `x` was made from, if it was. */
export function blocksOf(x: Value): Value | null {
  return sourceOf(x, blockOp.fromBlocks)
}

/** x [n, c, h, w] in blocks; c a multiple of the block. */
export function toBlocks(graph: Graph, x: Value): Value {
  return blocksOf(x) ?? graph.node(blockOp.toBlocks, [x], x.shape, x.dtype)
}

/** The plain order of `x`, which is in blocks. */
export function fromBlocks(graph: Graph, x: Value): Value {
  return (
    sourceOf(x, blockOp.toBlocks) ?? graph.node(blockOp.fromBlocks, [x], x.shape, x.dtype, { channels: x.shape[1] })
  )
}

/** Whether [n, c, h, w] can be laid out in blocks. */
export function fitsBlocks(graph: Graph, channels: number): boolean {
  return graph.block !== null && channels % graph.block === 0
}

/**
 * An operation entry by entry, done on blocks; null where none of its operands is in blocks or one is repeated along an axis.
 * Operands in plain order are put in blocks: what comes out mostly goes into a convolution.
 */
export function pointwiseInBlocks(
  graph: Graph,
  op: string,
  operands: readonly Value[],
  shape: Shape,
  attributes: Attributes = {},
): Value | null {
  if (operands.every((operand) => blocksOf(operand) === null)) return null
  const fits = (operand: Value): boolean =>
    operand.dtype === 'float32' && (sameShape(operand.shape, shape) || operand.shape.length === 0)
  if (!operands.every(fits)) return null
  const moved = operands.map((operand) => (operand.shape.length === 0 ? operand : toBlocks(graph, operand)))
  return fromBlocks(graph, graph.node(op, moved, shape, 'float32', attributes))
}

/** The sum of a convolution on blocks and one number a channel, [1, c, 1, 1]: the convolution with that as its bias. */
export function biasedInBlocks(graph: Graph, x: Value, bias: Value): Value | null {
  const blocks = blocksOf(x)
  if (blocks?.origin.kind !== 'node') return null
  const { op, inputs, attributes } = blocks.origin.node
  const isChannels = sameShape(bias.shape, [1, blocks.shape[1], 1, 1])
  if (op !== blockOp.conv || inputs.length !== 2 || !isChannels) return null
  const flat = reshape(graph, bias, [blocks.shape[1]])
  return fromBlocks(graph, graph.node(op, [...inputs, flat], blocks.shape, blocks.dtype, attributes))
}

/** Sums over the places of every channel, [n, c]; null where x is not in blocks. */
export function sumOfPlaces(graph: Graph, x: Value): Value | null {
  const blocks = blocksOf(x)
  if (blocks === null || graph.block === null) return null
  const [n, c, h, w] = blocks.shape
  const rows = (n * c) / graph.block
  const apart = reshape(graph, blocks, [rows, h * w, graph.block])
  const summed = graph.node('ReduceSum', [apart, graph.ints([1])], [rows, graph.block], x.dtype, { keepdims: 0 })
  return reshape(graph, summed, [n, c])
}
