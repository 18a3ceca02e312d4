// The part of a recipe that says what pruning takes from a trained network: neurons, weights, or activations.
import { z } from 'zod'
import { count, fraction, positive } from './numbers.ts'
import { trainMethodSchema } from './train-method.ts'

const span = fraction
  .refine((value) => value > 0, 'must be greater than 0')
  .default(0.5)
  .describe('Share of the fine-tuning epochs over which the pruned share grows, cubically (Zhu and Gupta 2017)')

const zeroed = fraction
  .describe('Share of hidden neurons, over the whole network, that give 0 from now on')
  .meta({ title: 'Share of neurons set to zero' })

const rescored = z
  .strictObject({
    span,
    rerank: z.boolean().default(false).describe('Score anew before every epoch, on the network as trained so far'),
  })
  .nullable()
  .default(null)
  .describe('Prune little by little while fine-tuning; none: all at once before it')

const at = z
  .enum(['post', 'pre'])
  .default('post')
  .describe('What of a neuron is measured: what its activation gives (post) or reads (pre)')
  .meta({ title: 'Measured' })

const images = count.max(100_000).default(1_000).describe('Training images that neurons are scored on')

const radius = fraction
  .nullable()
  .default(null)
  .describe('How far pixels may change in the attacks of scoring, of 0–1; none: as in verification')
  .meta({ title: 'ε of scoring' })

export const neuronPruneSchema = z.strictObject({
  method: z.literal('neuron'),
  ratio: fraction
    .describe(
      'Share of hidden neurons, or filters of convolutions, removed, smallest batch-norm |γ| first (Guidotti et al. 2020, whose Algorithm 1 takes one more than the share)',
    )
    .meta({ title: 'Share of neurons removed' }),
})

export const weightPruneSchema = z.strictObject({
  method: z.literal('weight'),
  ratio: fraction
    .describe('Share of weights set to zero, smallest |w| first (Guidotti et al. 2020, Algorithm 2)')
    .meta({ title: 'Share of weights set to zero' }),
  gradual: z
    .strictObject({ span })
    .nullable()
    .default(null)
    .describe('Prune little by little while fine-tuning; none: all at once before it'),
})

/** Activation pruning, the baselines of Chen et al. 2022: neurons give 0, chosen over the whole network, lowest score first. */
export const sapSchema = z
  .strictObject({ method: z.literal('sap'), ratio: zeroed, at, images, gradual: rescored })
  .describe('Lowest mean |neuron| first (SAP)')

export const gapSchema = z
  .strictObject({
    method: z.literal('gap'),
    ratio: zeroed,
    at,
    inputs: z
      .enum(['clean', 'fgsm'])
      .default('clean')
      .describe('Images as they are, or after one step of FGSM')
      .meta({ title: 'Scored on' }),
    epsilon: radius,
    images,
    gradual: rescored,
  })
  .describe('Lowest mean |∂loss/∂neuron| first (GAP)')

export const hydraSchema = z
  .strictObject({
    method: z.literal('hydra'),
    ratio: zeroed,
    loss: trainMethodSchema
      .prefault({ kind: 'fat' })
      .describe('Against what the scores are learned, weights held fixed'),
    epsilon: radius,
    epochs: count.max(1_000).default(5).describe('Passes over the training images in which the scores are learned'),
    batchSize: count.max(65_536).default(128).describe('Images per step'),
    learningRate: positive.default(0.01).describe('Step size of the scores'),
  })
  .describe('Lowest learned score first (after Sehwag et al. 2020)')

export const randomPruneSchema = z
  .strictObject({
    method: z.literal('random'),
    ratio: zeroed,
    gradual: z
      .strictObject({ span })
      .nullable()
      .default(null)
      .describe('Prune little by little while fine-tuning; none: all at once before it'),
  })
  .describe('Any neurons: the control that a score must beat')

export const pruneSchemas = [
  neuronPruneSchema,
  weightPruneSchema,
  sapSchema,
  gapSchema,
  hydraSchema,
  randomPruneSchema,
] as const
export type ActivationPruneOptions = z.infer<
  typeof sapSchema | typeof gapSchema | typeof hydraSchema | typeof randomPruneSchema
>
