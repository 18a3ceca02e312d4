// A recipe: what to train, how to simplify it, what to verify; the same schema feeds files, flags and forms.
import { z } from 'zod'
import { certifyModeSchema, verifierNameSchema } from './verdict.ts'

const positive = z.number().positive()
const count = z.int().min(1)
const fraction = z.number().min(0).max(1)

/** Where images come from: the embedded procedural set, or a folder of IDX files. */
export const dataSchema = z.discriminatedUnion('source', [
  z.strictObject({
    source: z.literal('sample'),
    train: count
      .max(200_000)
      .default(10_000)
      .meta({ title: 'Training images', description: 'Images drawn for training' }),
    test: count
      .max(50_000)
      .default(2_000)
      .meta({ title: 'Test images', description: 'Images drawn for testing and verification' }),
    seed: z.int().min(0).default(1).describe('Another seed draws other images'),
  }),
  z.strictObject({
    source: z.literal('idx'),
    directory: z
      .string()
      .min(1)
      .describe('Folder with train-images…, train-labels…, t10k-images…, t10k-labels… (.gz or not)')
      .meta({ title: 'Folder' }),
  }),
])
export type DataOptions = z.infer<typeof dataSchema>

export const architectureSchema = z.enum([
  'net1', 'net2', 'convSmall', 'cnnB', 'convBig', 'resnet4b', 'convHuge', 'sigmoidCnn',
]) // prettier-ignore
export type ArchitectureName = z.infer<typeof architectureSchema>

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

/** How a trained network is made simpler. */
export const simplifySchema = z.discriminatedUnion('method', [
  z.strictObject({ method: z.literal('none') }),
  z.strictObject({
    method: z.literal('neuron'),
    ratio: fraction
      .describe('Share of hidden neurons removed, smallest batch-norm |γ| first (Guidotti et al. 2020, Algorithm 1)')
      .meta({ title: 'Share of neurons removed' }),
  }),
  z.strictObject({
    method: z.literal('weight'),
    ratio: fraction
      .describe('Share of weights set to zero, smallest |w| first (Guidotti et al. 2020, Algorithm 2)')
      .meta({ title: 'Share of weights set to zero' }),
  }),
])
export type SimplifyOptions = z.infer<typeof simplifySchema>

/** One network of a recipe: trained afresh, or made from another variant, then simplified and fine-tuned. */
export const variantSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/i, 'letters, digits, dot, dash, underscore; at most 64')
    .describe('Name of the variant'),
  title: z.string().max(120).optional(),
  from: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Earlier variant it starts from, or of the history model:ID or run:RECIPE/VARIANT; without it the network is trained afresh',
    ),
  architecture: architectureSchema.optional().describe('Needed when nothing is given under `from`'),
  batchNorm: z.boolean().optional().describe('Batch norm before every activation; net1 and net2 always have it'),
  train: trainSchema.optional().describe('Training of a fresh network, or further training of the one taken over'),
  simplify: simplifySchema.default({ method: 'none' }),
  fineTune: trainSchema
    .optional()
    .describe('Training after simplification; zeros stay zero, removed neurons stay away'),
  paper: z.record(z.string(), z.number()).optional().describe('Figures the paper reports, printed beside ours'),
})
export type VariantOptions = z.infer<typeof variantSchema>

/** Which test images are verified. */
export const imagesSchema = z.discriminatedUnion('select', [
  z.strictObject({
    select: z.literal('first'),
    count: count
      .max(100_000)
      .default(20)
      .meta({ title: 'Number of images', description: 'How many, from the first on' }),
  }),
  z.strictObject({
    select: z.literal('indices'),
    indices: z.array(z.int().min(0)).min(1).describe('Numbers of test images, from 0, separated by commas'),
  }),
  z.strictObject({
    select: z.literal('unanimous'),
    found: z.int().min(0).default(10).describe('Images on which FGSM succeeds for every variant of the group'),
    missed: z.int().min(0).default(10).describe('Images on which FGSM fails for every variant of the group'),
    groups: z.array(z.array(z.string()).min(1)).min(1).describe('Variants that share their images'),
  }),
])
export type ImagesOptions = z.infer<typeof imagesSchema>

/** One word instead of a list, and null for none, as recipes have written it. */
function listed(value: unknown): unknown {
  if (value === null) return []
  return typeof value === 'string' ? [value] : value
}

/** Verification: is every image classified the same in the whole ℓ∞ ball? */
export const verifySchema = z.strictObject({
  epsilon: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe('How far each pixel may change, of 0–1 (radius of the ℓ∞ ball; 8/255 = 0.031)')
    .meta({ title: 'Radius ε' }),
  clip: z
    .boolean()
    .default(true)
    .describe('Keep the ball inside valid pixels [0, 1]')
    .meta({ title: 'Clip to valid pixels' }),
  property: z
    .enum(['untargeted', 'targeted'])
    .default('untargeted')
    .describe('Targeted asks about the class the attack finds most likely')
    .meta({ title: 'Question' }),
  method: verifierNameSchema
    .default('auto')
    .describe('Automatic (auto): attack, then bounds, then branch and bound, then MILP'),
  timeoutSeconds: positive
    .max(86_400)
    .default(60)
    .describe('Limit for each image')
    .meta({ title: 'Time limit, seconds' }),
  images: imagesSchema.default({ select: 'first', count: 20 }).describe('Test images asked about'),
  crossCheck: z
    .preprocess(listed, z.array(verifierNameSchema).max(verifierNameSchema.options.length).default([]))
    .describe('Further verifiers run on every image; disagreement stops the run')
    .meta({ title: 'Cross-check by' }),
  certify: certifyModeSchema
    .default('auto')
    .describe(
      'Prove verified images again in float64, rounding counted; auto: where it takes under a third of the search',
    )
    .meta({ title: 'Certified proofs' }),
  keepProofs: z
    .boolean()
    .default(false)
    .describe('Keep the certificates, for espalier export --certificate and espalier check')
    .meta({ title: 'Keep certificates' }),
})
export type VerifyOptions = z.infer<typeof verifySchema>

/** A whole experiment. */
export const recipeSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/i, 'letters, digits, dot, dash, underscore; at most 64'),
  title: z.string().max(200).default(''),
  description: z.string().max(4_000).default(''),
  seed: z
    .int()
    .min(0)
    .max(0xffffffff)
    .default(1)
    .describe('Of all random choices; the same seed gives the same network, bit for bit, on cpu'),
  provider: z.string().default('auto').describe('Compute provider: auto, cpu, webgpu, …'),
  threads: z.int().min(0).max(256).default(0).describe('0: all physical cores'),
  data: dataSchema.default({ source: 'sample', train: 10_000, test: 2_000, seed: 1 }),
  variants: z.array(variantSchema).min(1).max(200),
  verify: verifySchema.nullable().prefault({}),
  evaluateEpsilon: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe('ε of the FGSM robustness figure; default: that of verify'),
})
export type Recipe = z.infer<typeof recipeSchema>
/** A recipe as people write it: defaults left out. */
export type RecipeInput = z.input<typeof recipeSchema>
