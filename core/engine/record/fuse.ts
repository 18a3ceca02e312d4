// Sums that the node before them can take over as its bias: one pass over the result less.
import { blockOp } from './blocks.ts'
import type { RecordedNode, Value } from './value.ts'

/** A node that is written in place of a sum. */
export type Fused = Omit<RecordedNode, 'outputCount'>

/**
 * For values that are sums of a convolution and one number a channel, or of a product with a transposed matrix and one number a
 * column: the one node that gives the same. Only where nothing else reads the summand.
 * @param reached every value that is written @param outputs those that are outputs of the model
 */
export function fusedSums(reached: readonly Value[], outputs: readonly Value[]): ReadonlyMap<Value, Fused> {
  const readers = countReaders(reached, outputs)
  const fused = new Map<Value, Fused>()
  for (const value of reached) {
    const found = foundAt(value)
    if (found !== null && readers.get(found.summand) === 1) fused.set(value, found.node)
  }
  return fused
}

interface Found {
  readonly summand: Value
  readonly node: Fused
}

function foundAt(value: Value): Found | null {
  const rectified = nodeOf(value, 'Relu')
  if (rectified !== null) return withRelu(rectified.inputs[0])
  const sum = nodeOf(value, 'Add')
  if (sum === null) return null
  const [a, b] = sum.inputs
  return withBias(a, b) ?? withBias(b, a)
}

/** max(x, 0) of a convolution on blocks; the runtime joins the other convolutions with it by itself. */
function withRelu(summand: Value): Found | null {
  const node = nodeOf(summand, blockOp.conv)
  return node === null ? null : { summand, node: { ...node, attributes: { ...node.attributes, activation: 'Relu' } } }
}

function withBias(summand: Value, bias: Value): Found | null {
  return convolutionWithBias(summand, bias) ?? productWithBias(summand, bias)
}

/** Conv(x, w) + b as [1, channels, 1, 1]. */
function convolutionWithBias(summand: Value, bias: Value): Found | null {
  const convolution = nodeOf(summand, 'Conv')
  const source = nodeOf(bias, 'Reshape')?.inputs[0]
  const [, channels] = summand.shape
  const fits = bias.shape.length === 4 && bias.shape[1] === channels && source?.shape.length === 1
  if (convolution?.inputs.length !== 2 || !fits || source.shape[0] !== channels) return null
  return { summand, node: { ...convolution, inputs: [...convolution.inputs, source] } }
}

/** x·wᵀ + b, all of them matrices but b, which has one number a column. */
function productWithBias(summand: Value, bias: Value): Found | null {
  const product = nodeOf(summand, 'MatMul')
  // The runtime has no Gemm of whole numbers.
  if (product === null || summand.dtype !== 'float32' || summand.shape.length !== 2) return null
  const [x, turned] = product.inputs
  const weight = nodeOf(turned, 'Transpose')?.inputs[0]
  if (weight?.shape.length !== 2 || bias.shape.length !== 1 || bias.shape[0] !== summand.shape[1]) return null
  return { summand, node: { op: 'Gemm', inputs: [x, weight, bias], attributes: { transB: 1 } } }
}

function nodeOf({ origin }: Value, op: string): RecordedNode | null {
  return origin.kind === 'node' && origin.node.op === op ? origin.node : null
}

function countReaders(reached: readonly Value[], outputs: readonly Value[]): ReadonlyMap<Value, number> {
  const counts = new Map<Value, number>()
  const nodes = new Set(reached.flatMap(({ origin }) => (origin.kind === 'node' ? [origin.node] : [])))
  for (const value of [...outputs, ...Array.from(nodes, ({ inputs }) => inputs).flat()])
    counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}
