// What the verifier's bounds say about every neuron, over a set of images: how often it is unstable, where it lies, what it costs.
import { ball, exactPixels, untargetedRows } from '../bounds/ball.ts'
import { createBounder, type Bounder } from '../bounds/bounder.ts'
import type { Box, PreActivationBounds } from '../bounds/box.ts'
import { intervalBounds } from '../bounds/interval.ts'
import type { GraftOptions } from '../contract/recipe.ts'
import type { Dataset } from '../data/dataset.ts'
import type { Engine } from '../engine/engine.ts'
import { fuseBatchNorm, type Network } from '../nn/index.ts'
import { requireFit } from '../train/index.ts'
import { requireNotCancelled } from '../train/cancel.ts'
import { costsOf } from './cost.ts'
import { graftedNeurons } from './neurons.ts'

/** Arrays are [neurons], over all activations in topological order. */
export interface Survey {
  /** Images with l ≤ 0 ≤ u; 0 for neurons that are lines. */
  readonly unstable: Float64Array
  /** Means of l and of u over the images. */
  readonly lower: Float64Array
  readonly upper: Float64Array
  /** Mean of what the neuron costs the verifier (cost.ts); for `instability`, the share of images with l ≤ 0 ≤ u. */
  readonly cost: Float64Array
}

export interface SurveyRequest {
  readonly engine: Engine
  readonly network: Network
  readonly dataset: Dataset
  /** At least one. */
  readonly images: Uint32Array
  /** Radius in pixel units 0–1; balls are clipped to valid pixels. */
  readonly epsilon: number
  readonly bounds: GraftOptions['bounds']
  readonly cost: GraftOptions['cost']
  readonly signal?: AbortSignal | undefined
  /** Told how many images are done. */
  onImage?(done: number): void
}

/**
 * Bounds of every pre-activation around every image, one image after another.
 * @throws EspalierError 'verify/epsilon', 'model/does-not-fit-data', 'job/cancelled'
 */
export async function surveyNeurons(request: SurveyRequest): Promise<Survey> {
  const { engine, network, dataset, images, epsilon, cost: wanted, signal } = request
  requireFit(network, dataset)
  const bounder = createBounder(engine, fuseBatchNorm(network))
  const lines = graftedNeurons(network)
  const [unstable, lower, upper, cost] = [0, 1, 2, 3].map(() => new Float64Array(lines.length))
  for (const [done, index] of images.entries()) {
    requireNotCancelled(signal)
    const box = ball(exactPixels(dataset.image(index)), epsilon, true)
    const bounds = await boundsOn(bounder, box, request)
    const rows = untargetedRows(dataset.classes.length, dataset.labels[index])
    const costs = wanted === 'instability' ? null : await costsOf(bounder, box, rows, bounds, wanted)
    for (const { source, neurons, offset } of bounder.activations) {
      const interval = bounds.get(source)
      if (interval === undefined) continue
      for (let i = 0; i < neurons; i++) {
        const j = offset + i
        const open = Number(lines[j] === 0 && interval.lower[i] <= 0 && interval.upper[i] >= 0)
        unstable[j] += open
        lower[j] += interval.lower[i] / images.length
        upper[j] += interval.upper[i] / images.length
        cost[j] += (costs === null ? open : costs[j]) / images.length
      }
    }
    request.onImage?.(done + 1)
  }
  return { unstable, lower, upper, cost }
}

async function boundsOn(bounder: Bounder, box: Box, { bounds, signal }: SurveyRequest): Promise<PreActivationBounds> {
  if (bounds === 'interval') return intervalBounds(bounder.network, box).preActivations
  return bounder.preActivations(box, signal === undefined ? {} : { signal })
}
