// Where a backward pass starts: linear functions of a node, merged into a dense layer where the node is one.
import { nodeById, type LayerOf, type Network } from '../nn/index.ts'
import type { Precision } from '../engine/engine.ts'
import type { OutputRows } from './box.ts'
import type { Chunk } from './chunk.ts'
import { floats, type Floats } from './floats.ts'

/** Row r is Σ_i coefficients[r·size + i]·(node `start`)_i + offsets[r]. */
export interface StartRows<Numbers extends Floats = Float32Array> {
  readonly start: string
  readonly size: number
  readonly rows: number
  /** [rows, size] */
  readonly coefficients: Numbers
  /** [rows] */
  readonly offsets: Numbers
}

/** Where rows about node `id` begin: a dense layer's input, otherwise the node itself. */
export function startOf(network: Network, id: string): string {
  if (id === 'input') return id
  const { layer, inputs } = nodeById(network, id)
  return layer.kind === 'dense' ? inputs[0] : id
}

/**
 * Output rows as start rows; products with a last dense layer are made in float64, then rounded. Where so much cancels in
 * them that float64 loses what float32 would hold, the rows start at the output itself: rounding is counted there.
 */
export function outputStart(network: Network, rows: OutputRows): StartRows {
  const { layer, inputs, shape } = nodeById(network, network.output)
  const outputs = shape.reduce((product, axis) => product * axis, 1)
  const merged = layer.kind === 'dense' ? merge(layer, rows) : null
  if (merged) return { start: inputs[0], rows: rows.rows, ...merged }
  return {
    start: network.output,
    size: outputs,
    rows: rows.rows,
    coefficients: Float32Array.from(rows.coefficients),
    offsets: Float32Array.from(rows.offsets),
  }
}

/** Output rows at the output itself, not a bit of them lost. */
export function exactOutputStart(network: Network, rows: OutputRows): StartRows<Float64Array> {
  const { coefficients, offsets } = rows
  return { start: network.output, size: coefficients.length / rows.rows, rows: rows.rows, coefficients, offsets }
}

/** What float64 may lose of a merged number, relative to it: little beside the float32 rounding that bounds count. */
const MOST_LOST = 2 ** -28
const UNIT = 2 ** -53

/** The rows over the layer's inputs; null where cancellation spoils them. */
function merge(
  { weight, bias }: LayerOf<'dense'>,
  rows: OutputRows,
): { size: number; coefficients: Float32Array; offsets: Float32Array } | null {
  const [outputs, features] = weight.shape
  const coefficients = new Float32Array(rows.rows * features)
  const offsets = new Float32Array(rows.rows)
  const sums = new Float64Array(features + 1)
  const lost = new Float64Array(features + 1)
  for (let row = 0; row < rows.rows; row++) {
    sums.fill(0)
    lost.fill(0)
    sums[features] = rows.offsets[row]
    for (let o = 0; o < outputs; o++) {
      const c = rows.coefficients[row * outputs + o]
      if (c === 0) continue
      addProduct(sums, lost, features, c, bias.data[o])
      for (let i = 0; i < features; i++) addProduct(sums, lost, i, c, weight.data[o * features + i])
    }
    if (sums.some((sum, i) => lost[i] > MOST_LOST * Math.abs(sum))) return null
    coefficients.set(sums.subarray(0, features), row * features)
    offsets[row] = sums[features]
  }
  return { size: features, coefficients, offsets }
}

/** sums[i] += c·w; lost[i] grows by what rounding takes away (Knuth's TwoSum; products by ±1 are exact). */
function addProduct(sums: Float64Array, lost: Float64Array, i: number, c: number, w: number): void {
  const before = sums[i]
  const product = c * w
  const after = before + product
  const part = after - before
  lost[i] += Math.abs(before - (after - part) + (product - part))
  if (c !== 1 && c !== -1) lost[i] += UNIT * Math.abs(product)
  sums[i] = after
}

/** One row ±z_i per entry: `signs[k]`·(neuron `neurons[k]` of node `id`). A lower bound of −z is minus an upper bound of z. */
export function neuronStart(
  network: Network,
  id: string,
  neurons: ArrayLike<number>,
  signs: ArrayLike<number>,
): StartRows
export function neuronStart(
  network: Network,
  id: string,
  neurons: ArrayLike<number>,
  signs: ArrayLike<number>,
  precision: Precision,
): StartRows<Floats>
export function neuronStart(
  network: Network,
  id: string,
  neurons: ArrayLike<number>,
  signs: ArrayLike<number>,
  precision: Precision = 'float32',
): StartRows<Floats> {
  const rows = neurons.length
  const offsets = floats(precision, rows)
  const { layer, inputs, shape } = nodeById(network, id)
  const dense = layer.kind === 'dense' ? layer : null
  const size = dense ? dense.weight.shape[1] : shape.reduce((product, axis) => product * axis, 1)
  const coefficients = floats(precision, rows * size)
  for (let row = 0; row < rows; row++) {
    const sign = signs[row]
    if (!dense) {
      coefficients[row * size + neurons[row]] = sign
      continue
    }
    const from = neurons[row] * size
    for (let i = 0; i < size; i++) coefficients[row * size + i] = sign * dense.weight.data[from + i]
    offsets[row] = sign * dense.bias.data[neurons[row]]
  }
  return { start: dense ? inputs[0] : id, size, rows, coefficients, offsets }
}

/** The rows of one chunk. */
export function rowsOf(rows: StartRows<Floats>, { from, count }: Chunk): StartRows<Floats> {
  const { size, coefficients, offsets } = rows
  return {
    ...rows,
    rows: count,
    coefficients: coefficients.subarray(from * size, (from + count) * size),
    offsets: offsets.subarray(from, from + count),
  }
}

/** The same rows and zeros, `count` in all. */
export function paddedRows({ start, size, coefficients, offsets }: StartRows, count: number): StartRows {
  const wide = new Float32Array(count * size)
  const more = new Float32Array(count)
  wide.set(coefficients)
  more.set(offsets)
  return { start, size, rows: count, coefficients: wide, offsets: more }
}
