// Where a backward pass starts: linear functions of a node, merged into a dense layer where the node is one.
import { nodeById, type LayerOf, type Network } from '../nn/index.ts'
import type { OutputRows } from './box.ts'

/** Row r is Σ_i coefficients[r·size + i]·(node `start`)_i + offsets[r]. */
export interface StartRows {
  readonly start: string
  readonly size: number
  readonly rows: number
  /** [rows, size] */
  readonly coefficients: Float32Array
  /** [rows] */
  readonly offsets: Float32Array
}

/** Where rows about node `id` begin: a dense layer's input, otherwise the node itself. */
export function startOf(network: Network, id: string): string {
  if (id === 'input') return id
  const { layer, inputs } = nodeById(network, id)
  return layer.kind === 'dense' ? inputs[0] : id
}

/** Output rows as start rows; products with a last dense layer are made in float64, then rounded. */
export function outputStart(network: Network, rows: OutputRows): StartRows {
  const { layer, inputs, shape } = nodeById(network, network.output)
  const outputs = shape.reduce((product, axis) => product * axis, 1)
  if (layer.kind !== 'dense')
    return {
      start: network.output,
      size: outputs,
      rows: rows.rows,
      coefficients: Float32Array.from(rows.coefficients),
      offsets: Float32Array.from(rows.offsets),
    }
  return { start: inputs[0], rows: rows.rows, ...merge(layer, rows) }
}

function merge(
  { weight, bias }: LayerOf<'dense'>,
  rows: OutputRows,
): { size: number; coefficients: Float32Array; offsets: Float32Array } {
  const [outputs, features] = weight.shape
  const coefficients = new Float32Array(rows.rows * features)
  const offsets = new Float32Array(rows.rows)
  const merged = new Float64Array(features)
  for (let row = 0; row < rows.rows; row++) {
    merged.fill(0)
    let offset = rows.offsets[row]
    for (let o = 0; o < outputs; o++) {
      const c = rows.coefficients[row * outputs + o]
      if (c === 0) continue
      offset += c * bias.data[o]
      for (let i = 0; i < features; i++) merged[i] += c * weight.data[o * features + i]
    }
    coefficients.set(merged, row * features)
    offsets[row] = offset
  }
  return { size: features, coefficients, offsets }
}

/** One row ±z_i per entry: `signs[k]`·(neuron `neurons[k]` of node `id`). A lower bound of −z is minus an upper bound of z. */
export function neuronStart(
  network: Network,
  id: string,
  neurons: ArrayLike<number>,
  signs: ArrayLike<number>,
): StartRows {
  const rows = neurons.length
  const offsets = new Float32Array(rows)
  const { layer, inputs, shape } = nodeById(network, id)
  const dense = layer.kind === 'dense' ? layer : null
  const size = dense ? dense.weight.shape[1] : shape.reduce((product, axis) => product * axis, 1)
  const coefficients = new Float32Array(rows * size)
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
