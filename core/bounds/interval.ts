// Interval bounds in float64 by plain loops, widened outward so that they hold in real arithmetic (spec C.1, D.3).
import {
  isGrafted,
  parameterOf,
  ruleOf,
  shapeOf,
  sizeOf,
  type Layer,
  type LayerOf,
  type Network,
  type Parameter,
  type Shape,
} from '../nn/index.ts'
import type { Box, Interval, PreActivationBounds } from './box.ts'

/** Unit roundoff of float64. */
const UNIT = 2 ** -53
/** Covers the underflow of any sum of products of a layer. */
const UNDERFLOW = 1e-290
/** Error of 1/(1+exp(-x)) in float64, absolute: two roundings and an exp of at most 1 ulp. */
const SIGMOID_ERROR = 2 ** -50

export interface IntervalResult {
  readonly preActivations: PreActivationBounds
  readonly output: Interval
}

/**
 * Bounds of every pre-activation and of the outputs of a fused network on `box`. Where `known` bounds are given, the
 * tighter of both is kept and carried on.
 */
export function intervalBounds(network: Network, box: Box, known?: PreActivationBounds): IntervalResult {
  const walk = new IntervalWalk(network, box)
  const preActivations = new Map<string, Interval>()
  for (const node of network.nodes) {
    if (isActivation(node.layer)) {
      const source = node.inputs[0]
      const bounds = known?.get(source)
      if (bounds) walk.tighten(source, bounds)
      preActivations.set(source, walk.at(source))
    }
    walk.at(node.id)
  }
  return { preActivations, output: walk.at(network.output) }
}

export function isActivation(layer: Layer): boolean {
  return layer.kind === 'relu' || layer.kind === 'sigmoid' || isGrafted(layer)
}

/** Interval bounds node by node, on demand, with room to tighten a node before its successors are computed. */
export class IntervalWalk {
  readonly #network: Network
  readonly #values: Map<string, Interval>

  constructor(network: Network, box: Box) {
    this.#network = network
    this.#values = new Map([['input', { lower: box.lower, upper: box.upper }]])
  }

  /** Bounds of node `id`, flat. */
  at(id: string): Interval {
    const known = this.#values.get(id)
    if (known) return known
    const network = this.#network
    const node = network.nodes.find((candidate) => candidate.id === id)
    if (!node) throw new RangeError(`no node "${id}"`)
    const inputs = node.inputs.map((input) => this.at(input))
    const shapes = node.inputs.map((input) => shapeOf(network, input))
    const value = layerInterval(node.layer, inputs, shapes, node.shape)
    this.#values.set(id, value)
    return value
  }

  /** Intersects the bounds of `id` with `bounds`; successors already computed keep their (valid, wider) bounds. */
  tighten(id: string, bounds: Interval): void {
    this.#values.set(id, intersect(this.at(id), bounds))
  }
}

/** Element-wise larger lower and smaller upper bound. */
export function intersect(a: Interval, b: Interval): Interval {
  return {
    lower: a.lower.map((value, i) => Math.max(value, b.lower[i])),
    upper: a.upper.map((value, i) => Math.min(value, b.upper[i])),
  }
}

/** Image of intervals under one layer, outward in real arithmetic. */
export function layerInterval(
  layer: Layer,
  inputs: readonly Interval[],
  inputShapes: readonly Shape[],
  shape: Shape,
): Interval {
  const [{ lower, upper }] = inputs
  switch (layer.kind) {
    case 'relu':
      return reluInterval(inputs[0])
    case 'sigmoid':
      return sigmoidInterval(inputs[0])
    case 'flatten':
      return inputs[0]
    case 'gather': {
      const gathered = (bound: Float64Array): Float64Array => ruleOf(layer).evaluate(layer, [bound], inputShapes, shape)
      return { lower: gathered(lower), upper: gathered(upper) }
    }
    case 'graftedRelu':
      return graftedInterval(layer, inputs[0], reluInterval(inputs[0]))
    case 'graftedSigmoid':
      return graftedInterval(layer, inputs[0], sigmoidInterval(inputs[0]))
    case 'add':
      return addInterval(inputs[0], inputs[1])
    default:
      return affineInterval(layer, inputs[0], inputShapes, shape)
  }
}

function reluInterval({ lower, upper }: Interval): Interval {
  return { lower: lower.map((z) => Math.max(z, 0)), upper: upper.map((z) => Math.max(z, 0)) }
}

function sigmoidInterval({ lower, upper }: Interval): Interval {
  return {
    lower: lower.map((z) => Math.max(0, 1 / (1 + Math.exp(-z)) - SIGMOID_ERROR)),
    upper: upper.map((z) => Math.min(1, 1 / (1 + Math.exp(-z)) + SIGMOID_ERROR)),
  }
}

/** `result`: bounds of the neurons as if none were a line, which are overwritten where they are. */
function graftedInterval(
  { mask, slope, intercept }: LayerOf<'graftedRelu' | 'graftedSigmoid'>,
  { lower, upper }: Interval,
  result: Interval,
): Interval {
  for (let i = 0; i < lower.length; i++) {
    if (mask.data[i] === 0) continue
    const a = slope.data[i]
    const b = intercept.data[i]
    const slack = 4 * UNIT * (Math.abs(a) * Math.max(Math.abs(lower[i]), Math.abs(upper[i])) + Math.abs(b)) + UNDERFLOW
    result.lower[i] = a * (a >= 0 ? lower[i] : upper[i]) + b - slack
    result.upper[i] = a * (a >= 0 ? upper[i] : lower[i]) + b + slack
  }
  return result
}

function addInterval(a: Interval, b: Interval): Interval {
  return {
    lower: a.lower.map((value, i) => outward(value + b.lower[i], -1)),
    upper: a.upper.map((value, i) => outward(value + b.upper[i], 1)),
  }
}

/** One rounded operation moved outward by more than its error of half an ulp. */
function outward(value: number, direction: 1 | -1): number {
  return value + direction * (2 * UNIT * Math.abs(value) + UNDERFLOW)
}

/**
 * Centre and radius form. With m, r the rounded centre and radius and n products a sum, κ = 4(n+8)·2⁻⁵³ exceeds all
 * rounding of W m + b (γ of n+1), of |W| r̃ (γ of n+2), and of m and r themselves, so |W|(r + κ(|m| + r)) + κ|b| covers
 * the image and every error of computing it.
 */
function affineInterval(layer: Layer, input: Interval, inputShapes: readonly Shape[], shape: Shape): Interval {
  const kappa = 4 * (fanIn(layer) + 8) * UNIT
  const size = input.lower.length
  const centre = new Float64Array(size)
  const radius = new Float64Array(size)
  for (let i = 0; i < size; i++) {
    const m = 0.5 * input.lower[i] + 0.5 * input.upper[i]
    const r = Math.max(input.upper[i] - m, m - input.lower[i])
    centre[i] = m
    radius[i] = r + kappa * (Math.abs(m) + r)
  }
  const lower = ruleOf(layer).evaluate(layer, [centre], inputShapes, shape)
  const absolute = absoluteLayer(layer, kappa)
  const upper = ruleOf(absolute).evaluate(absolute, [radius], inputShapes, shape)
  for (let i = 0; i < lower.length; i++) {
    const c = lower[i]
    const r = upper[i] + 4 * UNIT * (Math.abs(c) + upper[i]) + UNDERFLOW
    lower[i] = c - r
    upper[i] = c + r
  }
  return { lower, upper }
}

/** The layer with |weights| + `floor`, and κ|bias| for the rounding of the bias. */
export function absoluteLayer(layer: Layer, kappa: number, floor = 0): Layer {
  const absolute = ({ shape, data: from }: Parameter, scale: number, least = 0): Parameter => {
    // A plain loop: `Float64Array.from` with a function takes 50 times as long.
    const data = new Float64Array(from.length)
    for (let i = 0; i < data.length; i++) data[i] = scale * Math.abs(from[i]) + least
    return { shape, data }
  }
  switch (layer.kind) {
    case 'dense':
    case 'conv2d':
      return { ...layer, weight: absolute(layer.weight, 1, floor), bias: absolute(layer.bias, kappa) }
    case 'affine':
      return { ...layer, scale: absolute(layer.scale, 1, floor), shift: absolute(layer.shift, kappa) }
    default:
      return layer
  }
}

/** Products in one output of an affine layer. */
export function fanIn(layer: Layer): number {
  if (layer.kind === 'dense' || layer.kind === 'conv2d') return sizeOf(parameterOf(layer, 'weight').shape.slice(1))
  if (layer.kind === 'avgPool') return layer.kernel[0] * layer.kernel[1]
  return 2
}
