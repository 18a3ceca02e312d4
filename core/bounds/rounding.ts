// What rounding can do at every node of a cone: weights of |Λ| whose sum bounds the error of a backward pass (spec D.3, D.4).
import type { Precision, TensorSpec } from '../engine/engine.ts'
import { INPUT, isGrafted, ruleOf, shapeOf, sizeOf, type Layer, type Network } from '../nn/index.ts'
import type { Box, Interval, PreActivationBounds } from './box.ts'
import { floats, type Floats } from './floats.ts'
import type { Activation, Cone } from './graph.ts'
import { absoluteLayer, fanIn } from './interval.ts'
import { roundingUnit } from './slack.ts'

/** Added to |weights| and |Λ|: covers what float32 loses to underflow (denormals may be flushed to zero). */
export const FLOOR = 2 ** -50
/** Roundings, in units of |Λ||z|, of a ReLU's chord (slope 2, intercept 1 more, at the far end) and of the product with Λ. */
const CHORD = 6
/** Of a sigmoid's tangent, whose slope errs by units of 1 and not of itself, per |z| + 1. */
const TANGENT = 16
/** Sums that a pass is put together from, beside one for each node: box, constant, intercepts, offset. */
const LAST_SUMS = 8

/** Program input that holds the weights of node `id`, [1, size of the node]; no array of a relaxation is called so. */
export function roundingName(id: string): string {
  return `/rounding/${id}`
}

/**
 * Roundings of a sum of n products of rounded factors, in units: n + 2 at worst. Long sums are taken at four times what random roundings
 * give, an estimate and not a proof.
 */
export function roundings(n: number): number {
  return Math.min(n + 2, 4 * Math.sqrt(n) + 8)
}

/** In float64 the worst case costs nothing: n products, and a sum for every node that a pass goes through. */
function mostRoundings(n: number, precision: Precision, { nodes }: Network): number {
  return precision === 'float64' ? n + nodes.length + LAST_SUMS : roundings(n)
}

/** The program inputs of `RoundingWalk.inputs`, for each of `boxes` boxes. */
export function roundingInputs(cone: Cone, boxes = 1): Record<string, TensorSpec> {
  const inputs: Record<string, TensorSpec> = {
    unit: { shape: [1, 1] },
    terms: { shape: [1, 1] },
    [roundingName(INPUT)]: { shape: [boxes, cone.inputSize] },
  }
  for (const { id, shape } of cone.nodes) inputs[roundingName(id)] = { shape: [boxes, sizeOf(shape)] }
  return inputs
}

/** What one node adds: weights in units of rounding, made for a precision when it is first asked for. */
interface NodeRounding {
  /** The largest magnitude of each element. */
  readonly magnitude: Float64Array
  readonly weights: Partial<Record<Precision, Floats>>
  /** Writes the weights. */
  readonly fill: (into: Floats, count: (n: number) => number) => void
}

/**
 * Rounding weights of the nodes of one network on one box, node by node on demand: with |h| the largest magnitude of its
 * input, an affine layer that passes Λ on errs by at most roundings·|Λ|(|W||h| + |b|) units, an activation by a few |Λ||z|.
 */
export class RoundingWalk {
  readonly #network: Network
  readonly #known = new Map<string, NodeRounding>()

  constructor(network: Network, box: Box) {
    this.#network = network
    const magnitude = largest(box)
    this.#keep(INPUT, magnitude, (into, count) => {
      const factor = count(magnitude.length)
      for (let i = 0; i < into.length; i++) into[i] = factor * magnitude[i]
    })
  }

  /**
   * Weights by program input name with `unit`, what one rounding is taken for, and `terms`, the roundings of the sum of all
   * intercepts, [1, 1] each. `bounds` must hold on the box; nodes seen before keep theirs.
   */
  inputs(cone: Cone, bounds: PreActivationBounds, precision: Precision): Record<string, Floats> {
    for (const node of cone.nodes) {
      if (this.#known.has(node.id)) continue
      const activation = cone.activations.find((candidate) => candidate.node.id === node.id)
      if (activation) this.#activation(activation, bounds)
      else this.#affine(node)
    }
    const ids = [INPUT, ...cone.nodes.map(({ id }) => id)]
    const weights = Object.fromEntries(ids.map((id) => [roundingName(id), this.#weightsOf(id, precision)]))
    const one = (value: number): Floats => floats(precision, 1).fill(value)
    const terms = mostRoundings(cone.neurons, precision, this.#network)
    return { ...weights, unit: one(roundingUnit(precision)), terms: one(terms) }
  }

  #weightsOf(id: string, precision: Precision): Floats {
    const { weights, magnitude, fill } = this.#at(id)
    const known = weights[precision]
    if (known) return known
    const made = floats(precision, magnitude.length)
    fill(made, (n) => mostRoundings(n, precision, this.#network))
    const joins = this.#network.nodes.reduce(
      (sum, { inputs }) => sum + inputs.filter((input) => input === id).length,
      0,
    )
    for (let i = 0; joins > 1 && i < made.length; i++) made[i] += (joins - 1) * magnitude[i]
    weights[precision] = made
    return made
  }

  #affine({ id, layer, inputs, shape }: Cone['nodes'][number]): void {
    const absolute = absoluteLayer(layer, 1, FLOOR)
    const given = inputs.map((input) => this.#at(input).magnitude)
    const shapes = inputs.map((input) => shapeOf(this.#network, input))
    const magnitude = ruleOf(absolute).evaluate(absolute, given, shapes, shape)
    this.#keep(id, magnitude, (into, count) => {
      if (layer.kind !== 'flatten') fillAffine(layer, magnitude, into, count)
    })
  }

  #activation({ node: { id }, layer, source, neurons }: Activation, bounds: PreActivationBounds): void {
    const interval = bounds.get(source)
    if (!interval) throw new RangeError(`no bounds for "${source}"`)
    const pre = largest(interval)
    const magnitude = pre.slice()
    const isCurve = layer.kind === 'sigmoid' || layer.kind === 'graftedSigmoid'
    const isLine = (i: number): boolean => isGrafted(layer) && layer.mask.data[i] === 1
    for (let i = 0; i < neurons; i++) {
      if (isGrafted(layer) && isLine(i))
        magnitude[i] = Math.abs(layer.slope.data[i]) * pre[i] + Math.abs(layer.intercept.data[i])
      else if (isCurve) magnitude[i] = 1
    }
    this.#keep(id, magnitude, (into) => {
      for (let i = 0; i < neurons; i++)
        into[i] = isCurve && !isLine(i) ? TANGENT * (pre[i] + 1) : CHORD * (magnitude[i] + FLOOR)
    })
  }

  #keep(id: string, magnitude: Float64Array, fill: NodeRounding['fill']): void {
    this.#known.set(id, { magnitude, weights: {}, fill })
  }

  #at(id: string): NodeRounding {
    const known = this.#known.get(id)
    if (!known) throw new RangeError(`no node "${id}"`)
    return known
  }
}

/** The sums of Λ W run over `adjointFan` products, that of Λ b over the whole node. */
function fillAffine(layer: Layer, magnitude: Float64Array, into: Floats, count: (n: number) => number): void {
  const terms = count(Math.max(fanIn(layer), adjointFan(layer)))
  const bias = layer.kind === 'dense' || layer.kind === 'conv2d' ? layer.bias.data : null
  const shift = layer.kind === 'affine' ? layer.shift.data : bias
  const plane = shift ? magnitude.length / shift.length : 1
  const sum = count(magnitude.length)
  for (let i = 0; i < magnitude.length; i++)
    into[i] = terms * magnitude[i] + sum * Math.abs(shift ? shift[Math.floor(i / plane)] : 0)
}

/** Most products in one element of Λ W. */
function adjointFan(layer: Layer): number {
  if (layer.kind === 'dense') return layer.weight.shape[0]
  if (layer.kind === 'gather') return mostOften(layer.indices ?? [])
  if (layer.kind !== 'conv2d') return 9
  const [outputs, , height, width] = layer.weight.shape
  return outputs * height * width
}

/** How often the most frequent number occurs, at least 1. */
function mostOften(values: readonly number[]): number {
  const counts = new Map<number, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts.values()].reduce((most, count) => Math.max(most, count), 1)
}

/** max(|lower|, |upper|); NaN where either is. */
function largest({ lower, upper }: Interval): Float64Array {
  return lower.map((low, i) => Math.max(Math.abs(low), Math.abs(upper[i])))
}
