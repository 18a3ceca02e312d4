// How many hidden neurons are unstable on a box, always counted the same way: by plain CROWN bounds.
import type { Bounder } from '../../bounds/bounder.ts'
import type { Box } from '../../bounds/box.ts'
import { activationNodes } from '../../nn/index.ts'

/** ReLUs whose pre-activation may be negative and positive; grafted neurons are lines and never count, sigmoids do not either. */
export async function countUnstable(bounder: Bounder, box: Box, signal: AbortSignal): Promise<number> {
  const bounds = await bounder.preActivations(box, { signal })
  let count = 0
  for (const { node, preActivationNode, neurons } of activationNodes(bounder.network)) {
    const { layer } = node
    if (layer.kind === 'sigmoid') continue
    const interval = bounds.get(preActivationNode)
    if (interval === undefined) continue
    for (let i = 0; i < neurons; i++) {
      const line = layer.kind === 'graftedRelu' && layer.mask.data[i] === 1
      if (!line && interval.lower[i] < 0 && interval.upper[i] > 0) count += 1
    }
  }
  return count
}
