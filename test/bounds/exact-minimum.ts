// The exact minimum of a piecewise linear network over a box with two free inputs: polygons cut along every neuron's zero.
import type { Box, OutputRows } from '../../core/bounds/box.ts'
import { activationNodes, evaluateNodes64, type Network } from '../../core/nn/index.ts'

type Point = Float64Array
type Polygon = readonly Point[]

/**
 * Brute force over all activation patterns: every polygon on which all neurons keep their signs is linear, so its minimum
 * is at a vertex. `combine` says how the rows of the property become one value: the smallest or the largest.
 */
export function exactMinimum(network: Network, box: Box, rows: OutputRows, combine: 'min' | 'max'): number {
  const values = (x: Point): ReadonlyMap<string, Float64Array> => evaluateNodes64(network, x)
  let pieces: Polygon[] = [cornersOf(box)]
  for (const { preActivationNode, neurons } of activationNodes(network))
    for (let i = 0; i < neurons; i++)
      pieces = pieces.flatMap((piece) => cut(piece, (x) => values(x).get(preActivationNode)?.[i] ?? NaN))
  const rowsAt = (x: Point): number[] => rowValues(rows, values(x).get(network.output) ?? new Float64Array())
  for (let a = 0; a < rows.rows; a++)
    for (let b = a + 1; b < rows.rows; b++)
      pieces = pieces.flatMap((piece) => cut(piece, (x) => rowsAt(x)[a] - rowsAt(x)[b]))
  const value = (x: Point): number => Math[combine](...rowsAt(x))
  return Math.min(...pieces.flat().map(value))
}

function rowValues({ rows, coefficients, offsets }: OutputRows, output: Float64Array): number[] {
  return Array.from({ length: rows }, (_, r) =>
    output.reduce((sum, y, o) => sum + coefficients[r * output.length + o] * y, offsets[r]),
  )
}

function cornersOf({ lower, upper }: Box): Polygon {
  const free = Array.from(lower.keys()).filter((i) => upper[i] > lower[i])
  if (free.length !== 2) throw new RangeError('two inputs must be free')
  const corner = (a: boolean, b: boolean): Point =>
    lower.map((low, i) => (i === free[0] ? (a ? upper[i] : low) : i === free[1] ? (b ? upper[i] : low) : low))
  return [corner(false, false), corner(true, false), corner(true, true), corner(false, true)]
}

/** The parts of a convex polygon where an affine function is ≥ 0 and ≤ 0. */
function cut(polygon: Polygon, f: (x: Point) => number): Polygon[] {
  const values = polygon.map(f)
  if (values.every((v) => v >= 0) || values.every((v) => v <= 0)) return [polygon]
  const side = (sign: number): Polygon =>
    polygon.flatMap((point, i) => {
      const j = (i + 1) % polygon.length
      const [a, b] = [sign * values[i], sign * values[j]]
      const kept = a >= 0 ? [point] : []
      if ((a > 0 && b < 0) || (a < 0 && b > 0)) kept.push(point.map((x, k) => x + (a / (a - b)) * (polygon[j][k] - x)))
      return kept
    })
  return [side(1), side(-1)].filter((part) => part.length > 2)
}
