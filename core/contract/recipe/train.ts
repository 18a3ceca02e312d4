// The part of a recipe that says how a network is trained.
import { z } from 'zod'
import { count, positive } from './numbers.ts'

/** How the learning rate moves, per epoch. */
export const scheduleSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('constant') }),
  z.strictObject({
    kind: z.literal('plateau'),
    factor: z.number().gt(0).lt(1).default(0.1).describe('Learning rate is multiplied by this'),
    patience: z.int().min(0).default(3).describe('Epochs without a better loss before the rate drops'),
  }),
  z.strictObject({
    kind: z.literal('step'),
    milestones: z.array(count).min(1).describe('Epochs after which the rate drops'),
    factor: z.number().gt(0).lt(1).default(0.1).describe('Learning rate is multiplied by this'),
  }),
  z.strictObject({ kind: z.literal('cosine') }),
])
export type ScheduleOptions = z.infer<typeof scheduleSchema>

/** Training. Defaults are the pruning paper's (spec A.8). */
export const trainSchema = z.strictObject({
  epochs: z.int().min(0).max(10_000).default(100).describe('Passes over the training images, at most'),
  batchSize: count.max(65_536).default(64).describe('Images per step'),
  learningRate: positive.default(0.1).describe('Step size at the start'),
  momentum: z.number().min(0).lt(1).default(0.9).describe('Share of the last step kept'),
  nesterov: z.boolean().default(true).describe('Look ahead along the momentum').meta({ title: 'Nesterov momentum' }),
  weightDecay: z.number().min(0).default(1e-4).describe('L2 penalty on every parameter'),
  schedule: scheduleSchema
    .default({ kind: 'plateau', factor: 0.1, patience: 3 })
    .describe('How the learning rate falls from epoch to epoch'),
  earlyStop: z
    .int()
    .min(1)
    .nullable()
    .default(10)
    .describe('Stop when the loss has not fallen for more than this many epochs'),
  gammaL1: z
    .number()
    .min(0)
    .default(0)
    .describe('Sparse training: λ·‖γ‖₁ on batch-norm scales (network slimming)')
    .meta({ title: 'Sparsity λ' }),
  validation: z
    .int()
    .min(0)
    .default(5_000)
    .describe('Training images held out to steer schedule and early stop; capped at a tenth of the training set')
    .meta({ title: 'Validation images' }),
})
export type TrainOptions = z.infer<typeof trainSchema>
