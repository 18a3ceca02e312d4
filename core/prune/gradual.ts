// Gradual pruning: the pruned share grows while the network is fine-tuned, by Zhu and Gupta's cubic schedule (2017; spec A.4).
import { gradualShare } from '../graft/index.ts'
import type { Network } from '../nn/index.ts'
import type { LayerScores } from '../score/index.ts'
import type { GradualMasks } from '../train/index.ts'
import { pruneActivations } from './activations.ts'
import { heldMasks } from './held.ts'
import { requireRatio } from './ratio.ts'
import { pruneWeights } from './weights.ts'

export interface GradualOptions {
  /** The share pruned in the end. */
  readonly ratio: number
  /** The epoch before which it is reached: s(t) = ratio·(1 − (1 − t/span)³) is pruned before epoch t = 1, 2, … */
  readonly span: number
}

/** Before every epoch the smallest weights of the network as it is then; what is zero stays zero. */
export function gradualWeights(options: GradualOptions): GradualMasks {
  return schedule('weights', options, (network, share) => Promise.resolve(pruneWeights(network, share).network))
}

/**
 * Before every epoch the neurons that score lowest; those at zero stay there.
 * @param identity names how scores are made
 * @param scoresOf scores of the network as it is before an epoch, or always the same ones
 */
export function gradualActivations(
  options: GradualOptions,
  identity: string,
  scoresOf: (network: Network) => Promise<readonly LayerScores[]>,
): GradualMasks {
  return schedule(`activations ${identity}`, options, async (network, share) =>
    pruneActivations(network, await scoresOf(network), share),
  )
}

/** @throws EspalierError 'prune/ratio' */
function schedule(
  what: string,
  { ratio, span }: GradualOptions,
  prune: (network: Network, share: number) => Promise<Network>,
): GradualMasks {
  requireRatio(ratio)
  return {
    identity: JSON.stringify(['gradual-pruning/1', what, ratio, span]),
    lastChange: span,
    async onEpochStart({ epoch, network }) {
      if (epoch > span) return null
      const pruned = await prune(network, gradualShare(ratio, epoch, span))
      return { network: pruned, masks: heldMasks(pruned) }
    },
  }
}
