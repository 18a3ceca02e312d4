// Interval bounds of output rows, merged into the last dense layer before absolute values are taken (spec C.1).
import { nodeById, type LayerOf, type Network } from '../nn/index.ts'
import type { Box, Interval, OutputRows, PreActivationBounds } from './box.ts'
import { intervalBounds, IntervalWalk, isActivation } from './interval.ts'

const UNIT = 2 ** -53
const UNDERFLOW = 1e-290

/** Lower and upper bounds of every row on `box`, outward in real arithmetic; `known` bounds are used where tighter. */
export function intervalRows(network: Network, box: Box, rows: OutputRows, known?: PreActivationBounds): Interval {
  const walk = new IntervalWalk(network, box)
  for (const [id, bounds] of known ?? []) {
    for (const node of network.nodes) if (isActivation(node.layer) && node.inputs[0] === id) walk.tighten(id, bounds)
  }
  if (network.nodes.length > 0) {
    const { layer, inputs } = nodeById(network, network.output)
    if (layer.kind === 'dense') return mergedRows(layer, walk.at(inputs[0]), rows)
  }
  const output = network.nodes.length > 0 ? walk.at(network.output) : intervalBounds(network, box).output
  return plainRows(output, rows)
}

/** Rows Σ_o c_o (W_o h + b_o) + d on intervals of h; κ·magnitude covers merging, centre, radius and sums. */
function mergedRows({ weight, bias }: LayerOf<'dense'>, input: Interval, rows: OutputRows): Interval {
  const [outputs, features] = weight.shape
  const kappa = 8 * (features + outputs + 8) * UNIT
  const result = { lower: new Float64Array(rows.rows), upper: new Float64Array(rows.rows) }
  for (let row = 0; row < rows.rows; row++) {
    let centre = rows.offsets[row]
    let radius = 0
    let magnitude = Math.abs(centre)
    for (let o = 0; o < outputs; o++) {
      const term = rows.coefficients[row * outputs + o] * bias.data[o]
      centre += term
      magnitude += Math.abs(term)
    }
    for (let i = 0; i < features; i++) {
      let merged = 0
      let absolute = 0
      for (let o = 0; o < outputs; o++) {
        const term = rows.coefficients[row * outputs + o] * weight.data[o * features + i]
        merged += term
        absolute += Math.abs(term)
      }
      const lower = input.lower[i]
      const upper = input.upper[i]
      centre += merged * (0.5 * lower + 0.5 * upper)
      radius += Math.abs(merged) * (0.5 * upper - 0.5 * lower)
      magnitude += absolute * Math.max(Math.abs(lower), Math.abs(upper))
    }
    const slack = kappa * magnitude + UNDERFLOW
    result.lower[row] = centre - radius - slack
    result.upper[row] = centre + radius + slack
  }
  return result
}

function plainRows(output: Interval, rows: OutputRows): Interval {
  const outputs = output.lower.length
  const kappa = 4 * (outputs + 4) * UNIT
  const result = { lower: new Float64Array(rows.rows), upper: new Float64Array(rows.rows) }
  for (let row = 0; row < rows.rows; row++) {
    let lower = rows.offsets[row]
    let upper = lower
    let magnitude = Math.abs(lower)
    for (let o = 0; o < outputs; o++) {
      const c = rows.coefficients[row * outputs + o]
      lower += c * (c >= 0 ? output.lower[o] : output.upper[o])
      upper += c * (c >= 0 ? output.upper[o] : output.lower[o])
      magnitude += Math.abs(c) * Math.max(Math.abs(output.lower[o]), Math.abs(output.upper[o]))
    }
    const slack = kappa * magnitude + UNDERFLOW
    result.lower[row] = lower - slack
    result.upper[row] = upper + slack
  }
  return result
}
