// The part of a recipe that says against what a network is trained: clean images, attacks, or proved bounds.
import { z } from 'zod'
import { count, positive } from './numbers.ts'

const stepSize = (usual: number) =>
  positive.default(usual).describe('Size of one attack step, as a multiple of ε').meta({ title: 'Step size / ε' })
const steps = (usual: number) => count.max(1_000).default(usual).describe('Attack steps on every batch')

/** The ε schedule of certified training. */
const certified = {
  cleanEpochs: z.int().min(0).default(10).describe('Epochs on clean images before ε begins to grow'),
  rampEpochs: z.int().min(0).default(50).describe('Epochs over which ε grows from 0 to its full size'),
  cleanShare: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe('Share κ of the clean loss once ε is full (1 before)')
    .meta({ title: 'Clean share κ' }),
  stability: z
    .number()
    .min(0)
    .default(0)
    .describe('Weight of the mean ReLU stability while ε grows, fading to 0 (after Shi et al. 2021: 0.5)')
    .meta({ title: 'Stability warm-up' }),
}

/** How a network is trained; defaults are the papers' (docs/decisions/0010-training-methods.md). */
export const trainMethodSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('standard') }).describe('Cross-entropy on clean images'),
  z
    .strictObject({
      kind: z.literal('fat'),
      stepSize: stepSize(1.25),
      gradAlign: z
        .number()
        .min(0)
        .default(0.2)
        .describe('Weight λ of gradient alignment (Andriushchenko and Flammarion 2020); 0: none')
        .meta({ title: 'GradAlign λ' }),
      sharedStart: z
        .boolean()
        .default(false)
        .describe("Align at the attack's own start instead of other noise: an eighth faster, not the paper's")
        .meta({ title: 'One noise for both' }),
    })
    .describe('Fast adversarial training: FGSM from a random start (Wong et al. 2020)'),
  z
    .strictObject({ kind: z.literal('pgd'), steps: steps(7), stepSize: stepSize(2.5 / 7) })
    .describe('Adversarial training by projected gradient descent (Madry et al. 2018)'),
  z
    .strictObject({
      kind: z.literal('trades'),
      steps: steps(10),
      stepSize: stepSize(0.25),
      beta: positive
        .default(1)
        .describe('Weight β of the divergence between clean and attacked predictions')
        .meta({ title: 'TRADES β' }),
    })
    .describe('Clean loss and divergence under attack (Zhang et al. 2019)'),
  z
    .strictObject({ kind: z.literal('ibp'), ...certified })
    .describe('Certified training by interval bounds (Gowal et al. 2018)'),
  z
    .strictObject({ kind: z.literal('crown-ibp'), ...certified })
    .describe('Certified training by CROWN bounds over intervals, fading to intervals (Zhang et al. 2020)'),
])
export type TrainMethod = z.infer<typeof trainMethodSchema>
