// The total registries of the sound pass: every layer kind is an affine map, an identity or an activation, or refused by name.
import { EspalierError } from '../contract/errors.ts'
import type { ActivationKind, Layer, LayerKind, LayerOf, Shape } from '../nn/layer.ts'
import type { Activation } from './activation.ts'
import { DenseMap, type AffineMap } from './affine-map.ts'
import { batchNormMap, channelMap, convMap, gatherMap, MOST_ENTRIES, poolMap, windowEntries } from './maps.ts'
import { GraftedSigmoidActivation } from './grafted-sigmoid.ts'
import { ReluActivation } from './relu.ts'
import { SigmoidActivation } from './sigmoid.ts'

/** What a layer does to rows. `identity`: every input receives Λ as it is (flatten, add). */
export type Operation =
  /** `elementwise`: every output reads one input of its own, so that boxes stay exact. */
  | { readonly kind: 'affine'; readonly map: AffineMap; readonly elementwise: boolean }
  | { readonly kind: 'identity' }
  | { readonly kind: 'activation'; readonly activation: Activation; readonly layer: LayerOf<ActivationKind> }

type Maker<L> = (layer: L, input: Shape, shape: Shape) => Operation

/** Total: a layer kind without an entry does not compile. */
const makers: { readonly [K in LayerKind]: Maker<LayerOf<K>> } = {
  add: () => ({ kind: 'identity' }),
  flatten: () => ({ kind: 'identity' }),
  affine: (layer, _input, shape) => affine(channelMap(layer, shape), true),
  batchNorm: (layer, _input, shape) => affine(batchNormMap(layer, shape), true),
  dense: ({ weight, bias }) => affine(new DenseMap(weight.data, bias.data)),
  gather: (layer, input) => affine(gatherMap(layer, sizeOf(input)), isInjective(layer.indices)),
  conv2d(layer, input, shape) {
    requireSize(entriesOf(layer, input, shape))
    return affine(convMap(layer, input, shape))
  },
  avgPool(layer, input, shape) {
    requireSize(entriesOf(layer, input, shape))
    return affine(poolMap(layer, input, shape))
  },
  relu: (layer) => ({ kind: 'activation', activation: new ReluActivation(null), layer }),
  graftedRelu: (layer) => ({ kind: 'activation', activation: new ReluActivation(layer), layer }),
  graftedSigmoid: (layer) => ({ kind: 'activation', activation: new GraftedSigmoidActivation(layer), layer }),
  sigmoid: (layer) => ({ kind: 'activation', activation: new SigmoidActivation(), layer }),
}

/** Entries that the maps of a layer need room for; dense layers and elementwise ones are no matter. */
export function entriesOf(layer: Layer, input: Shape, shape: Shape): number {
  if (layer.kind === 'conv2d') return windowEntries(layer.weight.shape.slice(2), input[0], shape)
  return layer.kind === 'avgPool' ? windowEntries(layer.kernel, 1, shape) : 0
}

/** @throws EspalierError 'certificate/unsupported' for a layer that is too large */
export function operationOf(layer: Layer, input: Shape, shape: Shape): Operation {
  return (makers[layer.kind] as Maker<Layer>)(layer, input, shape)
}

export function sizeOf(shape: Shape): number {
  return shape.reduce((product, axis) => product * axis, 1)
}

function affine(map: AffineMap, elementwise = false): Operation {
  return { kind: 'affine', map, elementwise }
}

function isInjective(indices: readonly number[] | null): boolean {
  return indices === null || new Set(indices).size === indices.length
}

function requireSize(entries: number): void {
  if (entries <= MOST_ENTRIES) return
  throw new EspalierError(
    'certificate/unsupported',
    `a layer with ${entries} products is more than a certificate is checked for (${MOST_ENTRIES})`,
    'The verdict stands at the tier it has.',
  )
}
