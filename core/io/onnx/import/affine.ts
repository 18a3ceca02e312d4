// Affine rewriting: matrices applied to signals, and scales and shifts by constants, as dense and affine layers.
import { sizeOf, type Layer, type Parameter, type Shape } from '../../../nn/index.ts'
import { graftedActivation } from './grafted.ts'
import { maximumWeights } from './limits.ts'
import type { Operation } from './operation.ts'
import { compact, isPermutation, type Signal } from './value.ts'

type Numbers = Parameter['data']

/** W x + b over the elements of `x` in their own order: `weight` [out, elements of x], `bias` [out]; the result has ONNX shape `shape`. */
export function linear(operation: Operation, x: Signal, weight: Numbers, bias: Numbers, shape: Shape): Signal {
  const { draft } = operation
  const rows = bias.length
  const width = sizeOf(draft.shapeOf(x.node))
  const columns = x.index === null ? weight : scatteredColumns(operation, weight, rows, x.index, width)
  const layer: Layer = {
    kind: 'dense',
    weight: { shape: [rows, width], data: columns },
    bias: { shape: [rows], data: bias },
  }
  const node = draft.add(layer, [draft.flat(x.node)])
  return { kind: 'signal', node, shape, index: null }
}

/** Room for a matrix. @throws EspalierError 'model/unsupported' where it is too large. */
export function matrix(operation: Operation, rows: number, columns: number): Float64Array {
  if (rows * columns > maximumWeights) operation.refuse(`as a matrix it has ${rows}×${columns} weights`)
  return new Float64Array(rows * columns)
}

/** The matrix for the node's own order of elements: column `index[k]` gets column k. */
function scatteredColumns(
  operation: Operation,
  weight: Numbers,
  rows: number,
  index: Int32Array,
  width: number,
): Numbers {
  const result =
    weight instanceof Float32Array && isPermutation(index, width)
      ? new Float32Array(rows * width)
      : matrix(operation, rows, width)
  for (let row = 0, at = 0; row < rows; row++) {
    const start = row * width
    for (const column of index) result[start + column] += weight[at++]
  }
  return result
}

/** The signal as a view that is a permutation of its node: anything else is gathered into a node of its own. */
export function whole({ draft }: Operation, x: Signal): Signal {
  const size = sizeOf(draft.shapeOf(x.node))
  const index = compact(x.index, size)
  if (index === null || isPermutation(index, size)) return { ...x, index }
  return { ...x, node: draft.placed(x, [sizeOf(x.shape)]), index: null }
}

/** scale[k]·x[k] + shift[k] over the elements of `x` in their own order. */
export function scaleShift(operation: Operation, x: Signal, scale: Numbers, shift: Numbers): Signal {
  const source = whole(operation, x)
  const inOrder = (values: Numbers): Numbers => (source.index === null ? values : permuted(values, source.index))
  const [factors, terms] = [inOrder(scale), inOrder(shift)]
  const scaled = factors.some((value) => value !== 1)
  const shifted = terms.some((value) => value !== 0)
  if (!scaled && !shifted) return x
  if (!scaled && addToBias(operation, source.node, terms)) return source
  return { ...source, node: affineNode(operation, source.node, factors, terms) }
}

function affineNode({ draft }: Operation, node: string, scale: Numbers, shift: Numbers): string {
  const shape = draft.shapeOf(node)
  const channels = perChannel(scale, shape[0])
  const offsets = perChannel(shift, shape[0])
  if (channels && offsets) return draft.add(affine(channels, offsets), [node])
  return draft.add(affine(scale, shift), [draft.flat(node)])
}

function affine(scale: Numbers, shift: Numbers): Layer {
  const shape = [scale.length]
  return { kind: 'affine', scale: { shape, data: scale }, shift: { shape, data: shift } }
}

/** Adds a shift to the bias of the dense or convolutional layer that makes the node, where nothing else reads it. */
function addToBias({ draft }: Operation, node: string, shift: Numbers): boolean {
  const layer = draft.openLayer(node)
  if (layer?.kind !== 'dense' && layer?.kind !== 'conv2d') return false
  const offsets = perChannel(shift, layer.bias.data.length)
  if (!offsets) return false
  const old = layer.bias.data
  const data = old.every((value) => value === 0) ? offsets : Float64Array.from(offsets, (value, i) => value + old[i])
  draft.replace(node, { ...layer, bias: { shape: [data.length], data } })
  return true
}

/** One number per channel where all elements of each channel agree, else null. */
function perChannel(values: Numbers, channels: number): Numbers | null {
  const plane = values.length / channels
  const result = values.slice(0, channels)
  for (let channel = 0, at = 0; channel < channels; channel++) {
    result[channel] = values[at]
    for (const end = at + plane; at < end; at++) if (values[at] !== result[channel]) return null
  }
  return result
}

function permuted(values: Numbers, index: Int32Array): Numbers {
  const result = values.slice()
  for (let k = 0; k < index.length; k++) result[index[k]] = values[k]
  return result
}

/** a + b of two signals of the same shape: a grafted activation where that is what they add up to. */
export function sum(operation: Operation, a: Signal, b: Signal): Signal {
  const { draft } = operation
  const [left, right] = [whole(operation, a), whole(operation, b)]
  const sameOrder = left.index === right.index
  if (sameOrder && sizeOf(draft.shapeOf(left.node)) === sizeOf(draft.shapeOf(right.node))) {
    const [p, q] = [left.node, right.node]
    const grafted = graftedActivation(draft, p, q) ?? graftedActivation(draft, q, p)
    if (grafted !== null) return { ...left, node: grafted }
    const shape = draft.shapeOf(p)
    return { ...left, node: draft.add({ kind: 'add' }, [p, draft.reshaped(q, shape)]) }
  }
  const shape = [sizeOf(a.shape)]
  const nodes = [draft.placed(left, shape), draft.placed(right, shape)]
  return { kind: 'signal', node: draft.add({ kind: 'add' }, nodes), shape: a.shape, index: null }
}

/** One elementwise layer without parameters on the signal. */
export function elementwise(operation: Operation, x: Signal, kind: 'relu' | 'sigmoid'): Signal {
  const source = whole(operation, x)
  return { ...source, node: operation.draft.add({ kind }, [source.node]) }
}

/** The same number for every element of `x`. */
export function filled(x: Signal, value: number): Float64Array {
  return new Float64Array(sizeOf(x.shape)).fill(value)
}
