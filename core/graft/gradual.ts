// Gradual grafting: neurons become lines little by little while the network is fine-tuned (spec A.4).
import type { Network } from '../nn/index.ts'
import { shareOf } from '../score/index.ts'
import type { GradualMasks, WeightMasks } from '../train/index.ts'
import { graftNeurons } from './graft.ts'
import { graftedNeurons } from './neurons.ts'
import { planGraft, type GraftPlan } from './plan.ts'
import type { GraftRequest } from './request.ts'

/**
 * Share grafted at epoch `epoch` (0: before the first one) of a schedule that starts at 0 and reaches `ratio` after `span`
 * epochs: ratio·(1 − (1 − epoch/span)³) (Zhu and Gupta 2017).
 */
export function gradualShare(ratio: number, epoch: number, span: number): number {
  if (epoch >= span) return ratio
  return ratio * (1 - (1 - epoch / span) ** 3)
}

/** Whole epochs of a span given as a share of all: at least one. */
export function spanEpochs(span: number, epochs: number): number {
  return Math.max(1, Math.round(span * epochs))
}

export interface GradualGraft {
  /** What grafting at once would be asked; the network is that of `readyToGraft`. */
  readonly request: GraftRequest
  /** The epoch before which the ratio is reached. */
  readonly span: number
  /** Whether neurons are chosen anew before every epoch, on the network as trained so far. Default order: the first choice. */
  readonly rerank: boolean
  /** How neurons are chosen anew; default: by `planGraft`. */
  readonly plan?: (request: GraftRequest) => Promise<GraftPlan>
  /** Told what the first choice was: before epoch 1, of a run that is taken up again perhaps once more. */
  readonly onFirstPlan?: (plan: GraftPlan) => Promise<void>
  /** What fine-tuning must leave at zero in a network. */
  readonly held: (network: Network) => WeightMasks
}

/**
 * Before every epoch t = 1 … span, ⌊share(t)·N⌋ neurons are lines; lines stay lines, with what they have learned.
 * @throws EspalierError as `planGraft`
 */
export async function gradualGraft({
  request,
  span,
  rerank,
  plan = planGraft,
  onFirstPlan = () => Promise.resolve(),
  held,
}: GradualGraft): Promise<GradualMasks> {
  const { options, seed, epsilon, dataset } = request
  const order = rerank ? null : await planGraft(request)
  if (order !== null) await onFirstPlan(order)
  const already = graftedNeurons(request.network).reduce((sum, line) => sum + line, 0)
  return {
    identity: JSON.stringify(['gradual-grafting/1', options, span, rerank, seed, epsilon, dataset.hash]),
    lastChange: span,
    async onEpochStart({ epoch, network }) {
      if (epoch > span) return null
      const ratio = gradualShare(options.ratio, epoch, span)
      const chosen = order ?? (await plan({ ...request, network, ratio }))
      if (order === null && epoch === 1) await onFirstPlan(chosen)
      const { neurons, lines } = chosen
      const wanted = Math.max(0, shareOf(ratio, lines.slope.length) - already)
      const count = order === null ? neurons.length : wanted
      const grafted = graftNeurons(network, neurons.subarray(0, count), lines)
      return { network: grafted, masks: held(grafted) }
    },
  }
}
