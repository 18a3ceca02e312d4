// The part of a recipe that says how a network is trained.
import { z } from 'zod'
import { augmentSchema } from './data.ts'
import { count, positive } from './numbers.ts'
import { trainMethodSchema } from './train-method.ts'

export * from './train-method.ts'

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

/** What is added to the loss or done to the weights besides the method (Xiao et al. 2019; spec A.5). */
export const regularisersSchema = z.strictObject({
  reluStability: z
    .number()
    .min(0)
    .default(0)
    .describe(
      'Rewards ReLUs that stay on or off within ε: weight of −Σ tanh(1 + l·u) over their interval bounds; Xiao et al. 2019: 1e-4',
    )
    .meta({ title: 'ReLU stability' }),
  l1: z
    .number()
    .min(0)
    .default(0)
    .describe('Weight of Σ|w|, convolutions times their output positions; Xiao et al. 2019: 2e-5')
    .meta({ title: 'ℓ1 of weights' }),
  smallWeights: z
    .number()
    .min(0)
    .default(0)
    .describe('Weights smaller than this are zero in the network returned; Xiao et al. 2019: 1e-3')
    .meta({ title: 'Smallest weight' }),
})
export type Regularisers = z.infer<typeof regularisersSchema>

/** How slopes and intercepts of grafted neurons learn (spec A.3). */
export const linesSchema = z.strictObject({
  learningRate: positive
    .nullable()
    .default(null)
    .describe('Step size of slopes and intercepts at the start; none: that of the weights'),
  weightDecay: z.number().min(0).default(0).describe('L2 penalty on slopes and intercepts'),
  only: z
    .boolean()
    .default(false)
    .describe('Weights and biases stay as they are')
    .meta({ title: 'Train the lines only' }),
})
export type LineOptions = z.infer<typeof linesSchema>

/** Training. Defaults are the pruning paper's (spec A.8). */
export const trainSchema = z.strictObject({
  method: trainMethodSchema.default({ kind: 'standard' }).describe('Against what the network is trained'),
  epsilon: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe(
      'How far pixels may change in the attacks and bounds of training, of 0–1; standard training alone uses none',
    )
    .meta({ title: 'Training ε' }),
  epochs: z.int().min(0).max(10_000).default(100).describe('Passes over the training images, at most'),
  batchSize: count.max(65_536).default(64).describe('Images per step'),
  learningRate: positive.default(0.1).describe('Step size at the start'),
  momentum: z.number().min(0).lt(1).default(0.9).describe('Share of the last step kept'),
  nesterov: z.boolean().default(true).describe('Look ahead along the momentum').meta({ title: 'Nesterov momentum' }),
  weightDecay: z.number().min(0).default(1e-4).describe('L2 penalty on every parameter but grafted lines'),
  schedule: scheduleSchema
    .default({ kind: 'plateau', factor: 0.1, patience: 3 })
    .describe('How the learning rate falls from epoch to epoch'),
  warmup: z
    .int()
    .min(0)
    .default(0)
    .describe('Epochs over which the learning rate grows to its start, before the schedule')
    .meta({ title: 'Warm-up epochs' }),
  select: z
    .enum(['loss', 'robust-accuracy'])
    .default('loss')
    .describe('What makes the best epoch, on held-out images: the loss, or the accuracy under one FGSM step of ε')
    .meta({ title: 'Best epoch by' }),
  earlyStop: z
    .int()
    .min(1)
    .nullable()
    .default(10)
    .describe('Stop when the loss (or the robust error) has not fallen for more than this many epochs'),
  gammaL1: z
    .number()
    .min(0)
    .default(0)
    .describe(
      'Sparse training (network slimming): weight λ of Σ|γ| over batch-norm scales, which drives those of unneeded neurons to 0',
    )
    .meta({ title: 'Sparsity λ' }),
  augment: augmentSchema.prefault({}).describe('How training images are varied'),
  regularisers: regularisersSchema.prefault({}).describe('What else the loss holds, and small weights'),
  lines: linesSchema
    .prefault({})
    .describe('How slopes and intercepts of grafted neurons learn')
    .meta({ title: 'Lines of grafted neurons' }),
  validation: z
    .int()
    .min(0)
    .default(5_000)
    .describe('Training images held out to steer schedule and early stop; capped at a tenth of the training set')
    .meta({ title: 'Validation images' }),
})
export type TrainOptions = z.infer<typeof trainSchema>
