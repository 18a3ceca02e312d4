// The exact range of a piecewise linear network over a box with at most two free inputs: no rounding anywhere.
import type { Box, OutputRows } from '../../../core/bounds/box.ts'
import { INPUT, ruleOf, shapeOf, sizeOf, type Layer, type Network, type NetworkNode } from '../../../core/nn/index.ts'
import { add, dyadic, multiply, negate, ONE, quotient, signOf, ZERO, type Dyadic } from './dyadic.ts'
import { cut, valueAt, type Form, type Point, type Polygon } from './polygon.ts'

/** numerator / denominator with a positive denominator. */
export interface Exact {
  readonly numerator: Dyadic
  readonly denominator: Dyadic
}

/** Exact minimum and maximum of every neuron before its activation. */
export interface NeuronRange {
  readonly source: string
  readonly neuron: number
  readonly least: Exact
  readonly most: Exact
}

/** A polygon on which every node so far is affine. */
interface Piece {
  readonly polygon: Polygon
  readonly values: ReadonlyMap<string, readonly Form[]>
}

const ZERO_FORM: Form = { a: ZERO, b: ZERO, c: ZERO }

/** What a network does on a box, cut into the polygons on which it is affine. */
export class ExactNetwork {
  readonly ranges: readonly NeuronRange[]
  readonly #network: Network
  readonly #pieces: readonly Piece[]

  /** The network must be fused, its activations ReLUs and grafted ReLUs, and its box free in two inputs at most. */
  constructor(network: Network, box: Box) {
    this.#network = network
    const ranges: NeuronRange[] = []
    let pieces: Piece[] = [wholeBox(box)]
    for (const node of network.nodes) {
      if (node.layer.kind !== 'relu' && node.layer.kind !== 'graftedRelu') {
        const affine = affineMap(network, node)
        pieces = pieces.map((piece) => extended(piece, node.id, affine(piece.values)))
        continue
      }
      ranges.push(...neuronRanges(pieces, node.inputs[0]))
      pieces = pieces.flatMap((piece) => activated(piece, node, node.layer))
    }
    this.#pieces = pieces
    this.ranges = ranges
  }

  get pieces(): number {
    return this.#pieces.length
  }

  /** Exact minimum over the box of row r. */
  minimum(rows: OutputRows, r: number): Exact {
    return leastOf(
      this.#pieces.map(({ polygon, values }) =>
        least(polygon, rowForm(rows, r, values.get(this.#network.output) ?? [])),
      ),
    )
  }

  /** Exact minimum over the box of the largest row. */
  minimumOfLargest(rows: OutputRows): Exact {
    const found: Exact[] = []
    for (const { polygon, values } of this.#pieces) {
      const forms = Array.from({ length: rows.rows }, (_, r) =>
        rowForm(rows, r, values.get(this.#network.output) ?? []),
      )
      for (const [r, form] of forms.entries()) {
        let part: Polygon | null = polygon
        for (const [other, rival] of forms.entries())
          if (other !== r && part) part = cut(part, plus(form, scaled(rival, dyadic(-1)))).above
        if (part) found.push(least(part, form))
      }
    }
    return leastOf(found)
  }
}

/** −1, 0, 1 as the exact value is below, at or above a float64; 0 for NaN, which claims nothing. */
export function compareExact({ numerator, denominator }: Exact, value: number): -1 | 0 | 1 {
  if (Number.isNaN(value)) return 0
  if (value === Infinity) return -1
  if (value === -Infinity) return 1
  return signOf(add(numerator, negate(multiply(dyadic(value), denominator))))
}

/** As float64, to a few units in the last place. */
export function toNumber({ numerator, denominator }: Exact): number {
  return quotient(numerator, denominator)
}

function wholeBox({ lower, upper }: Box): Piece {
  const free = Array.from(lower.keys()).filter((i) => upper[i] > lower[i])
  if (free.length > 2) throw new RangeError('at most two inputs may be free')
  const [first, second] = free
  const ends = (i: number | undefined): Dyadic[] => (i === undefined ? [ZERO] : [dyadic(lower[i]), dyadic(upper[i])])
  const point = (x: Dyadic, y: Dyadic): Point => ({ x, y, w: ONE })
  const [xs, ys] = [ends(first), ends(second)]
  const polygon = [
    ...ys.map((y) => point(xs[0], y)),
    ...(xs.length > 1 ? ys.toReversed().map((y) => point(xs[1], y)) : []),
  ]
  const inputs = Array.from(lower, (value, i): Form => {
    if (i === first) return { ...ZERO_FORM, a: ONE }
    if (i === second) return { ...ZERO_FORM, b: ONE }
    return { ...ZERO_FORM, c: dyadic(value) }
  })
  return { polygon, values: new Map([[INPUT, inputs]]) }
}

function extended({ polygon, values }: Piece, id: string, forms: readonly Form[]): Piece {
  return { polygon, values: new Map(values).set(id, forms) }
}

/** The layer as a function of forms; its matrix comes from evaluating it, without its bias, on unit vectors: exactly. */
function affineMap(network: Network, { layer, inputs, shape }: NetworkNode): (values: Piece['values']) => Form[] {
  if (layer.kind === 'add')
    return (values) => (values.get(inputs[0]) ?? []).map((form, i) => plus(form, (values.get(inputs[1]) ?? [])[i]))
  const { bare, bias } = withoutBias(layer)
  const inputShapes = [shapeOf(network, inputs[0])]
  const size = sizeOf(inputShapes[0])
  const columns = Array.from({ length: size }, (_, i) => {
    const unit = new Float64Array(size)
    unit[i] = 1
    return ruleOf(bare).evaluate(bare, [unit], inputShapes, shape)
  })
  const outputs = sizeOf(shape)
  return (values) => {
    const given = values.get(inputs[0]) ?? []
    return Array.from({ length: outputs }, (_, o) =>
      columns.reduce(
        (sum, column, i) => (column[o] === 0 ? sum : plus(sum, scaled(given[i], dyadic(column[o])))),
        bias ? { ...ZERO_FORM, c: dyadic(bias[Math.floor((o * bias.length) / outputs)]) } : ZERO_FORM,
      ),
    )
  }
}

function withoutBias(layer: Layer): { bare: Layer; bias: ArrayLike<number> | null } {
  const zero = ({ shape, data }: { shape: readonly number[]; data: ArrayLike<number> }) => ({
    shape,
    data: new Float64Array(data.length),
  })
  switch (layer.kind) {
    case 'dense':
    case 'conv2d':
      return { bare: { ...layer, bias: zero(layer.bias) }, bias: layer.bias.data }
    case 'affine':
      return { bare: { ...layer, shift: zero(layer.shift) }, bias: layer.shift.data }
    case 'avgPool':
      if (!Number.isInteger(Math.log2(layer.kernel[0] * layer.kernel[1]))) throw new RangeError('1/n must be a float')
      return { bare: layer, bias: null }
    case 'flatten':
    case 'gather':
      return { bare: layer, bias: null }
    default:
      throw new RangeError(`${layer.kind} is not affine`)
  }
}

/** The parts of the piece by the signs of the activation's neurons. */
function activated(piece: Piece, node: NetworkNode, layer: Layer): Piece[] {
  const given = piece.values.get(node.inputs[0]) ?? []
  let parts: { polygon: Polygon; forms: Form[] }[] = [{ polygon: piece.polygon, forms: [] }]
  for (const [i, z] of given.entries()) {
    if (layer.kind === 'graftedRelu' && layer.mask.data[i] === 1) {
      const line = plus(scaled(z, dyadic(layer.slope.data[i])), { ...ZERO_FORM, c: dyadic(layer.intercept.data[i]) })
      for (const part of parts) part.forms.push(line)
      continue
    }
    parts = parts.flatMap(({ polygon, forms }) => {
      const { above, below } = cut(polygon, z)
      return [
        ...(above ? [{ polygon: above, forms: [...forms, z] }] : []),
        ...(below ? [{ polygon: below, forms: [...forms, ZERO_FORM] }] : []),
      ]
    })
  }
  return parts.map(({ polygon, forms }) => extended({ ...piece, polygon }, node.id, forms))
}

function neuronRanges(pieces: readonly Piece[], source: string): NeuronRange[] {
  const neurons = pieces[0].values.get(source)?.length ?? 0
  const leastFor = (neuron: number, sign: number): Exact =>
    leastOf(
      pieces.map(({ polygon, values }) => least(polygon, scaled((values.get(source) ?? [])[neuron], dyadic(sign)))),
    )
  return Array.from({ length: neurons }, (_, neuron) => {
    const { numerator, denominator } = leastFor(neuron, -1)
    return { source, neuron, least: leastFor(neuron, 1), most: { numerator: negate(numerator), denominator } }
  })
}

function rowForm({ coefficients, offsets }: OutputRows, r: number, output: readonly Form[]): Form {
  return output.reduce((sum, form, o) => plus(sum, scaled(form, dyadic(coefficients[r * output.length + o]))), {
    ...ZERO_FORM,
    c: dyadic(offsets[r]),
  })
}

function least(polygon: Polygon, form: Form): Exact {
  return leastOf(polygon.map((point) => ({ numerator: valueAt(form, point), denominator: point.w })))
}

function leastOf(values: readonly Exact[]): Exact {
  return values.reduce((a, b) => {
    const difference = add(multiply(a.numerator, b.denominator), negate(multiply(b.numerator, a.denominator)))
    return signOf(difference) > 0 ? b : a
  })
}

function plus(p: Form, q: Form): Form {
  return { a: add(p.a, q.a), b: add(p.b, q.b), c: add(p.c, q.c) }
}

function scaled({ a, b, c }: Form, factor: Dyadic): Form {
  return { a: multiply(a, factor), b: multiply(b, factor), c: multiply(c, factor) }
}
