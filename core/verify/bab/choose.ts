// kFSB: each domain's candidates are tried as children with the parent's α and β, and the one that promises most is taken.
import type { DomainBounder } from '../../bounds/domain-bounder.ts'
import { appendDomain, deepest, splitRow, type BatchStore } from './batch.ts'
import type { DomainRecord } from './pool.ts'
import type { OpenNeurons } from './root.ts'

interface Trial {
  readonly parent: number
  readonly neuron: number
}

/** The neuron to split for each parent, in compact order; all candidates of a call are bounded together. */
export async function chooseSplits(
  context: { readonly bounder: DomainBounder; readonly open: OpenNeurons; readonly settings: { candidates: number } },
  batches: BatchStore,
  parents: readonly DomainRecord[],
): Promise<Int32Array> {
  const { bounder, open, settings } = context
  const chosen = Int32Array.from(parents, ({ candidates }) => candidates[0])
  const best = new Float64Array(parents.length).fill(-Infinity)
  const trials = listTrials(parents, settings.candidates)
  const most = bounder.sizes[bounder.sizes.length - 1] >> 1
  for (let from = 0; from < trials.length; from += most) {
    const part = trials.slice(from, from + most)
    const batch = batches.take(2 * part.length, deepest(parents) + 1)
    for (const { parent, neuron } of part)
      for (const sign of [1, -1] as const)
        splitRow(batch, open, appendDomain(batch, open, parents[parent]), parents[parent], neuron, sign)
    batch.pad()
    const bounds = await bounder.crown(batch)
    for (const [k, { parent, neuron }] of part.entries()) {
      const value = promise(parents[parent].plain, bounds[2 * k], bounds[2 * k + 1])
      if (!(value > best[parent])) continue
      best[parent] = value
      chosen[parent] = neuron
    }
  }
  return chosen
}

/** Least gain of a child in `promise`, so that a child without any does not hide the other's. */
const LEAST_GAIN = 1e-3

/**
 * The product of both children's gains up to 0, as MILP solvers score: a quarter fewer domains than the smaller child
 * alone (spec C.6) on NET1.
 */
function promise(parent: number, first: number, second: number): number {
  const gain = (bound: number): number => Math.max(Math.min(bound, 0) - parent, LEAST_GAIN)
  return gain(first) * gain(second)
}

/** Up to `most` candidates of every parent that has a choice. */
function listTrials(parents: readonly DomainRecord[], most: number): Trial[] {
  const trials: Trial[] = []
  parents.forEach(({ candidates }, parent) => {
    if (most < 2 || candidates[1] < 0) return
    for (const neuron of candidates.subarray(0, most)) if (neuron >= 0) trials.push({ parent, neuron })
  })
  return trials
}
