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
      'Which neurons: costly to verify and insignificant, by ranks γ·r_u − r_s, with γ falling to 0 batch by batch (decaying) or fixed; the costliest (r_u); the least significant (r_s); any',
    ),
  gamma: z
    .number()
    .min(0)
    .default(2)
    .describe('Weight of the cost to a verifier against significance: in the first batch, or in all')
    .meta({ title: 'γ' }),
  batch: epochShare.default(0.05).describe('Share of all neurons that are chosen with one γ, where it falls'),
  cost: z
    .enum(['instability', 'gap', 'branching'])
    .default('instability')
    .describe(
      'What makes a neuron costly to verify (r_u): images on which it can be on or off within ε; its share of what proofs lose by enclosing it; how much splitting it would help a search',
    ),
  bounds: z
    .enum(['interval', 'crown'])
    .default('crown')
    .describe('Bounds of the neurons: interval (quick, loose) or CROWN')
    .meta({ title: 'Bounds by' }),
  images: count.max(100_000).default(1_000).describe('Training images on which cost is measured and lines are fitted'),
  epsilon: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .default(null)
    .describe('How far pixels may change where cost is measured, of 0–1; none: as in verification')
    .meta({ title: 'ε of the cost' }),
  significance: z
    .enum(['gradient', 'activation', 'hydra', 'damage'])
    .default('gradient')
    .describe(
      'What makes a neuron significant (r_s): how much the loss depends on it (gradient, GAP), how much it gives (activation, SAP), a learned score (hydra), or the loss that its best line would cost (damage)',
    ),
  hydraEpochs: count
    .max(1_000)
    .default(5)
    .describe('Passes over the training images in which the scores of hydra are learned, under FAT'),
  scored: count.max(100_000).default(1_000).describe('Training images on which significance is measured'),
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
