// One-step FGSM over a whole dataset: which images a network still classifies correctly.
import { EspalierError } from '../contract/errors.ts'
import type { Dataset } from '../data/dataset.ts'
import type { Engine } from '../engine/engine.ts'
import { forward } from '../nn/forward.ts'
import type { Network } from '../nn/network.ts'
import { networkHash } from '../nn/serialize.ts'
import { fgsmStep } from './fgsm-step.ts'
import { requireFit } from './fit.ts'
import { argMaxRow, oneHot } from './loss.ts'
import { allIndices, sweep, sweepBatch } from './sweep.ts'

export interface FgsmResult {
  /** Share of all images classified correctly before and after the step; an image missed clean is not robust. */
  readonly robustness: number
  /** By image: 1 where the clean image is classified correctly. */
  readonly correct: Uint8Array
  /** By image: 1 where the perturbed image is classified wrongly. */
  readonly fooled: Uint8Array
  /** By image: the class given to the perturbed image. */
  readonly attackedClass: Uint8Array
}

/**
 * FGSM (Goodfellow et al. 2015) from the image itself: x' = clip(x + ε·sign ∇ₓ cross-entropy, 0, 1), against the true label.
 * @param epsilon ℓ∞ radius in pixel units 0–1
 * @throws EspalierError 'verify/epsilon', 'model/does-not-fit-data', 'job/cancelled'
 */
export async function fgsmRobustness(
  engine: Engine,
  network: Network,
  dataset: Dataset,
  epsilon: number,
  signal?: AbortSignal,
): Promise<FgsmResult> {
  requireEpsilon(epsilon)
  requireFit(network, dataset)
  const classes = dataset.classes.length
  const program = await compileFgsm(engine, network, classes)
  const correct = new Uint8Array(dataset.count)
  const fooled = new Uint8Array(dataset.count)
  const attackedClass = new Uint8Array(dataset.count)
  let robust = 0
  const labels = new Uint8Array(sweepBatch)
  await sweep(
    dataset,
    allIndices(dataset),
    async ({ indices, images }) => {
      for (const [row, index] of indices.entries()) labels[row] = dataset.labels[index]
      const targets = oneHot(labels, classes)
      const { clean, attacked } = await program.run({ images, targets, epsilon: Float32Array.of(epsilon) })
      for (const [row, index] of indices.entries()) {
        attackedClass[index] = argMaxRow(attacked, row, classes)
        correct[index] = Number(argMaxRow(clean, row, classes) === labels[row])
        fooled[index] = Number(attackedClass[index] !== labels[row])
        robust += correct[index] * (1 - fooled[index])
      }
    },
    signal,
  )
  return { robustness: robust / dataset.count, correct, fooled, attackedClass }
}

function compileFgsm(engine: Engine, network: Network, classes: number) {
  return engine.compile({
    name: `FGSM on ${network.name}`,
    key: `fgsm ${networkHash(network)}`,
    inputs: {
      images: { shape: [sweepBatch, ...network.inputShape] },
      targets: { shape: [sweepBatch, classes] },
      epsilon: { shape: [1] },
    },
    build: ({ images, targets, epsilon }) => {
      const attacked = forward(network, fgsmStep(network, images, targets, epsilon))
      return { clean: forward(network, images), attacked }
    },
  })
}

function requireEpsilon(epsilon: number): void {
  if (epsilon >= 0 && Number.isFinite(epsilon)) return
  throw new EspalierError(
    'verify/epsilon',
    `ε must be a number of at least 0, not ${epsilon}.`,
    'Give ε in pixel units, for example 0.1.',
  )
}
