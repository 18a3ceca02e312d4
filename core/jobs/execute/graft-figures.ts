// The data behind the grafting paper's figures that only grafting itself knows: how scores are spread over the neurons.
import type { GraftOptions } from '../../contract/recipe.ts'
import type { GraftPlan } from '../../graft/index.ts'
import { activationNodes, type Network } from '../../nn/index.ts'
import { normalisedRanks } from '../../score/index.ts'
import type { VariantContext } from './context.ts'

interface Point {
  readonly series: string
  readonly step: number
  readonly value: number
}

/** Tenths that ranks and shares of images are counted in. */
const tenths = 10

/**
 * Figure 2 as a table of counts: the series `graft.ranks.K` counts the neurons with r_u in tenth K, its step is the tenth of
 * r_s. Figure 3 as histograms: the series `graft.unstable.LAYER` counts the neurons by the share of images on which they are
 * unstable, step 0 for none, step k for more than (k − 1) and at most k tenths.
 */
function graftFigures(network: Network, images: number, plan: GraftPlan): readonly Point[] {
  return [...rankTable(plan), ...histograms(network, plan, images)]
}

/** Keeps the figures of the choice with the run. */
export async function recordGraftFigures(
  { store, run, data }: VariantContext,
  network: Network,
  options: GraftOptions,
  plan: GraftPlan,
): Promise<void> {
  const points = graftFigures(network, Math.min(options.images, data.train.count), plan)
  await store.metrics.append(points.map((point) => ({ runId: run.id, ...point })))
}

function rankTable({ survey, significance }: GraftPlan): readonly Point[] {
  const cost = normalisedRanks(survey.cost)
  const loss = normalisedRanks(significance)
  const tenth = (rank: number): number => Math.min(tenths - 1, Math.floor(rank * tenths))
  const counts = new Uint32Array(tenths * tenths)
  for (let j = 0; j < cost.length; j++) counts[tenth(cost[j]) * tenths + tenth(loss[j])] += 1
  return Array.from(counts, (value, at) => ({
    series: `graft.ranks.${Math.floor(at / tenths)}`,
    step: at % tenths,
    value,
  }))
}

function histograms(network: Network, { survey }: GraftPlan, images: number): readonly Point[] {
  let offset = 0
  return activationNodes(network).flatMap(({ node, neurons }) => {
    const counts = new Uint32Array(tenths + 1)
    for (const unstable of survey.unstable.subarray(offset, offset + neurons))
      counts[Math.ceil((unstable * tenths) / images)] += 1
    offset += neurons
    return Array.from(counts, (value, step) => ({ series: `graft.unstable.${node.id}`, step, value }))
  })
}
