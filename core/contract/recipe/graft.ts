// The part of a recipe that says which neurons become lines, which lines, and when (Chen et al. 2022).
import { z } from 'zod'
import { count, fraction } from './numbers.ts'

/** The line a grafted neuron starts with. */
export const lineInitSchema = z.discriminatedUnion('kind', [
  z
    .strictObject({
      kind: z.literal('constant'),
      slope: z.number().default(0.4).describe('Slope a of every line at the start'),
      intercept: z.number().default(0).describe('Intercept b of every line at the start'),
    })
    .describe('The same line for every neuron (Chen et al. 2022)'),
  z.strictObject({ kind: z.literal('zero') }).describe('No line at all: the neuron gives 0 and stays so'),
  z
    .strictObject({ kind: z.literal('least-squares') })
    .describe('Fitted to what the neuron gives on the images of `images`'),
  z
    .strictObject({ kind: z.literal('bound') })
    .describe('The chord over the mean bounds of the neuron, moved to their middle'),
])
export type LineInit = z.infer<typeof lineInitSchema>

const epochShare = fraction.refine((value) => value > 0, 'must be greater than 0')

/** Everything about grafting but the word `method`. */
export const graftFields = {
  ratio: fraction
    .describe('Share of hidden neurons that become lines, over the whole network')
    .meta({ title: 'Share of neurons grafted' }),
  criterion: z
    .enum(['decaying', 'fixed', 'cost', 'significance', 'random'])
    .default('decaying')
    .describe(
      'Which neurons: the highest γ·r_u − r_s with γ falling to 0 batch by batch, or with fixed γ; the highest r_u; the lowest r_s; any',
    ),
  gamma: z.number().min(0).default(2).describe('γ of the first batch, or of all').meta({ title: 'γ' }),
  batch: epochShare.default(0.05).describe('Share of all neurons chosen with one γ where it falls'),
  cost: z
    .enum(['instability', 'gap', 'branching'])
    .default('instability')
    .describe(
      'What r_u ranks: images on which the neuron is unstable; its share of what margins lose to relaxation; its branching score',
    ),
  bounds: z
    .enum(['interval', 'crown'])
    .default('crown')
    .describe('Bounds of the neurons: interval (quick, loose) or CROWN')
    .meta({ title: 'Bounds by' }),
  images: count.max(100_000).default(1_000).describe('Training images that r_u and fitted lines are made from'),
  epsilon: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .default(null)
    .describe('How far pixels may change there; none: as in verification')
    .meta({ title: 'ε of r_u' }),
  significance: z
    .enum(['gradient', 'activation', 'hydra', 'damage'])
    .default('gradient')
    .describe(
      'What r_s ranks: |∂loss/∂neuron| (GAP), |neuron| (SAP), a learned score (Hydra), or the loss that becoming its best line would cost',
    ),
  hydraEpochs: count
    .max(1_000)
    .default(5)
    .describe('Passes over the training images in which the scores of hydra are learned, under FAT'),
  scored: count.max(100_000).default(1_000).describe('Training images that r_s is made from'),
  init: lineInitSchema.default({ kind: 'constant', slope: 0.4, intercept: 0 }).describe('The lines before fine-tuning'),
  gradual: z
    .strictObject({
      span: epochShare
        .default(0.5)
        .describe('Share of the fine-tuning epochs over which neurons become lines, cubically (Zhu and Gupta 2017)'),
      rerank: z.boolean().default(false).describe('Choose anew before every epoch, on the network as trained so far'),
    })
    .nullable()
    .default(null)
    .describe('Graft little by little while fine-tuning; none: all at once before it'),
}
export const graftSchema = z.strictObject({ method: z.literal('graft'), ...graftFields })
export type GraftOptions = z.infer<typeof graftSchema>
