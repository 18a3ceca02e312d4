// What rounding can do at every node of a cone: weights of |Λ| whose sum bounds the error of a backward pass (spec D.3, D.4).
import type { TensorSpec } from '../engine/engine.ts'
import { INPUT, ruleOf, shapeOf, sizeOf, type Layer } from '../nn/index.ts'
import type { Box, Interval, PreActivationBounds } from './box.ts'
import type { Activation, Cone } from './graph.ts'
import { absoluteLayer, fanIn } from './interval.ts'

/** Added to |weights| and |Λ|: covers what float32 loses to underflow (denormals may be flushed to zero). */
export const FLOOR = 2 ** -50
/** Roundings, in units of |Λ||z|, of a ReLU's chord (slope 2, intercept 1 more, at the far end) and of the product with Λ. */
const CHORD = 6
/** Of a sigmoid's tangent, whose slope errs by units of 1 and not of itself, per |z| + 1. */
const TANGENT = 16

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

/** The program inputs of `RoundingWalk.weights`, for each of `boxes` boxes, and `unit`, what one rounding is taken for, [1, 1]. */
export function roundingInputs(cone: Cone, boxes = 1): Record<string, TensorSpec> {
  const inputs: Record<string, TensorSpec> = {
    unit: { shape: [1, 1] },
    [roundingName(INPUT)]: { shape: [boxes, cone.inputSize] },
  }
  for (const { id, shape } of cone.nodes) inputs[roundingName(id)] = { shape: [boxes, sizeOf(shape)] }
  return inputs
}

interface NodeRounding {
  /** The largest magnitude of each element. */
  readonly magnitude: Float64Array
  readonly weight: Float32Array
}

/**
 * Rounding weights of the nodes of one network on one box, node by node on demand: with |h| the largest magnitude of its
 * input, an affine layer that passes Λ on errs by at most roundings·|Λ|(|W||h| + |b|) units, an activation by a few |Λ||z|.
 */
export class RoundingWalk {
  readonly #known = new Map<string, NodeRounding>()

  constructor(box: Box) {
    const magnitude = largest(box)
    this.#known.set(INPUT, { magnitude, weight: scaled(magnitude, roundings(magnitude.length)) })
  }

  /** Weights by program input name. `bounds` must hold on the box; nodes seen before keep theirs. */
  weights(cone: Cone, bounds: PreActivationBounds): Record<string, Float32Array> {
    for (const node of cone.nodes) {
      if (this.#known.has(node.id)) continue
      const activation = cone.activations.find((candidate) => candidate.node.id === node.id)
      this.#known.set(node.id, activation ? activationRounding(activation, bounds) : this.#affine(cone, node))
    }
    const ids = [INPUT, ...cone.nodes.map(({ id }) => id)]
    return Object.fromEntries(ids.map((id) => [roundingName(id), this.#at(id).weight]))
  }

  #affine({ network }: Cone, { layer, inputs, shape }: Cone['nodes'][number]): NodeRounding {
    const absolute = absoluteLayer(layer, 1, FLOOR)
    const given = inputs.map((id) => this.#at(id).magnitude)
    const shapes = inputs.map((id) => shapeOf(network, id))
    const magnitude = ruleOf(absolute).evaluate(absolute, given, shapes, shape)
    if (layer.kind === 'flatten') return { magnitude, weight: new Float32Array(magnitude.length) }
    return { magnitude, weight: affineWeight(layer, magnitude) }
  }

  #at(id: string): NodeRounding {
    const known = this.#known.get(id)
    if (!known) throw new RangeError(`no node "${id}"`)
    return known
  }
}

/** The sums of Λ W run over `adjointFan` products, that of Λ b over the whole node. */
function affineWeight(layer: Layer, magnitude: Float64Array): Float32Array {
  const terms = roundings(Math.max(fanIn(layer), adjointFan(layer)))
  const bias = layer.kind === 'dense' || layer.kind === 'conv2d' ? layer.bias.data : null
  const shift = layer.kind === 'affine' ? layer.shift.data : bias
  const plane = shift ? magnitude.length / shift.length : 1
  const sum = roundings(magnitude.length)
  return Float32Array.from(
    magnitude,
    (value, i) => terms * value + sum * Math.abs(shift ? shift[Math.floor(i / plane)] : 0),
  )
}

/** Most products in one element of Λ W. */
function adjointFan(layer: Layer): number {
  if (layer.kind === 'dense') return layer.weight.shape[0]
  if (layer.kind !== 'conv2d') return 9
  const [outputs, , height, width] = layer.weight.shape
  return outputs * height * width
}

function activationRounding({ layer, source, neurons }: Activation, bounds: PreActivationBounds): NodeRounding {
  const interval = bounds.get(source)
  if (!interval) throw new RangeError(`no bounds for "${source}"`)
  const pre = largest(interval)
  const magnitude = pre.slice()
  const weight = new Float32Array(neurons)
  for (let i = 0; i < neurons; i++) {
    if (layer.kind === 'sigmoid') magnitude[i] = 1
    else if (layer.kind === 'graftedRelu' && layer.mask.data[i] === 1)
      magnitude[i] = Math.abs(layer.slope.data[i]) * pre[i] + Math.abs(layer.intercept.data[i])
    weight[i] = layer.kind === 'sigmoid' ? TANGENT * (pre[i] + 1) : CHORD * (magnitude[i] + FLOOR)
  }
  return { magnitude, weight }
}

/** max(|lower|, |upper|); NaN where either is. */
function largest({ lower, upper }: Interval): Float64Array {
  return lower.map((low, i) => Math.max(Math.abs(low), Math.abs(upper[i])))
}

function scaled(values: Float64Array, factor: number): Float32Array {
  return Float32Array.from(values, (value) => factor * value)
}
