// Networks and images small enough to bound by hand.
import type { Dataset } from '../../core/data/dataset.ts'
import { createNetwork, type Layer, type Network } from '../../core/nn/index.ts'
import { parameter, points } from '../train/helpers.ts'

export function denseLayer(weight: readonly (readonly number[])[], bias: readonly number[]): Layer {
  const shape = [weight.length, weight[0].length]
  return { kind: 'dense', weight: parameter(shape, weight.flat()), bias: parameter([bias.length], bias) }
}

/** Two pixels; z = (x₀ − ½, x₀ + 1, x₁ − 3); logits h₀ + h₁ + h₂ and 0. */
export function threeNeurons(): Network {
  return createNetwork({
    name: 'three',
    inputShape: [2],
    nodes: [
      { id: 'first', layer: denseLayer([[1, 0], [1, 0], [0, 1]], [-0.5, 1, -3]) }, // prettier-ignore
      { id: 'relu', layer: { kind: 'relu' } },
      { id: 'out', layer: denseLayer([[1, 1, 1], [0, 0, 0]], [0, 0]) }, // prettier-ignore
    ],
  })
}

/** x₀ is 0.25, 0.5, 0.75 and 1; x₁ is 0.5. */
export const images: Dataset = points([[0.25, 0.5], [0.5, 0.5], [0.75, 0.5], [1, 0.5]], [0, 0, 0, 0]) // prettier-ignore
export const all = Uint32Array.of(0, 1, 2, 3)
