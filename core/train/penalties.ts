// Penalties that act on the weights alone: ‖γ‖₁ of sparse training and ‖w‖₁ of Xiao et al., as subgradients and as figures.
import type { TrainOptions } from '../contract/recipe.ts'
import { tf, type Tensor } from '../engine/tensor.ts'
import { nodeById, type Network } from '../nn/network.ts'
import type { Layout, LayoutEntry } from './layout.ts'

export type PenaltyOptions = Pick<TrainOptions, 'gammaL1' | 'regularisers'>

/** λ of λ·Σ|w| for one parameter: γ has its own, weights of convolutions count once per output position (spec A.5). */
export function l1Of(network: Network, { name, role }: LayoutEntry, { gammaL1, regularisers }: PenaltyOptions): number {
  if (role === 'gamma') return gammaL1
  if (role !== 'weight') return 0
  const { layer, shape } = nodeById(network, name.split('.')[0])
  return regularisers.l1 * (layer.kind === 'conv2d' ? shape[1] * shape[2] : 1)
}

/** The gradient of a parameter with λ·sign(w) added; the gradient as it is where λ is 0. */
export function penalised(gradient: Tensor, parameter: Tensor, lambda: number): Tensor {
  return lambda === 0 ? gradient : tf.add(gradient, tf.mul(tf.scalar(lambda), tf.sign(parameter)))
}

/** Σ λ|w| over all parameters. */
export function penaltyOf(network: Network, layout: Layout, weights: Float32Array, options: PenaltyOptions): number {
  let total = 0
  for (const entry of layout.entries) {
    const lambda = l1Of(network, entry, options)
    if (lambda === 0) continue
    let sum = 0
    for (let at = entry.offset; at < entry.offset + entry.size; at++) sum += Math.abs(weights[at])
    total += lambda * sum
  }
  return total
}

/** `weights` with the entries of role weight below `threshold` set to zero (Xiao et al. 2019, section 3.2); a copy. */
export function withoutSmallWeights(layout: Layout, weights: Float32Array, threshold: number): Float32Array {
  if (threshold === 0) return weights
  const cut = weights.slice()
  for (const { role, offset, size } of layout.entries) {
    if (role !== 'weight') continue
    for (let at = offset; at < offset + size; at++) if (Math.abs(cut[at]) < threshold) cut[at] = 0
  }
  return cut
}
