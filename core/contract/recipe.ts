// A recipe: what to train, how to simplify it, what to verify; the same schema feeds files, flags and forms.
import { z } from 'zod'
import { computeSchema } from './compute.ts'
import { dataSchema, normaliseSchema } from './recipe/data.ts'
import { simplifySchema } from './recipe/simplify.ts'
import { trainSchema } from './recipe/train.ts'
import { attackSchema, propertyReferenceSchema, verifySchema } from './recipe/verify.ts'

export * from './recipe/data.ts'
export * from './recipe/graft.ts'
export * from './recipe/prune.ts'
export * from './recipe/simplify.ts'
export * from './recipe/train.ts'
export * from './recipe/verify.ts'

export const architectureSchema = z.enum([
  'net1', 'net2', 'convSmall', 'cnnB', 'convBig', 'convBigEighth', 'resnet4b', 'convHuge', 'sigmoidCnn',
]) // prettier-ignore
export type ArchitectureName = z.infer<typeof architectureSchema>

const seedSchema = z.int().min(0).max(0xffffffff)

/** One network of a recipe: trained afresh, or made from another variant, then simplified and fine-tuned. */
export const variantSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/i, 'letters, digits, dot, dash, underscore; at most 64')
    .describe('Name of the variant'),
  title: z.string().max(120).optional().describe('What tables and plots call it; without it the name'),
  from: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Earlier variant it starts from, or of the history model:ID or run:RECIPE/VARIANT; without it the network is trained afresh',
    ),
  seed: seedSchema.optional().describe('Of the random choices of this variant; without it that of the recipe'),
  architecture: architectureSchema.optional().describe('Needed when nothing is given under `from`'),
  batchNorm: z.boolean().optional().describe('Batch norm before every activation; net1 and net2 always have it'),
  normalise: normaliseSchema
    .optional()
    .describe('First layer of a fresh network: (x − mean) / deviation per channel; ε stays in pixel units'),
  train: trainSchema.optional().describe('Training of a fresh network, or further training of the one taken over'),
  simplify: simplifySchema.default({ method: 'none' }).describe('How the trained network is made simpler'),
  fineTune: trainSchema
    .optional()
    .describe('Training after simplification; zeros stay zero, removed neurons stay away'),
  paper: z.record(z.string(), z.number()).optional().describe('Figures the paper reports, printed beside ours'),
})
export type VariantOptions = z.infer<typeof variantSchema>

/** A whole experiment. */
export const recipeSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/i, 'letters, digits, dot, dash, underscore; at most 64')
    .describe('Name of the recipe; `from: run:NAME/VARIANT` of another finds its networks by it'),
  title: z.string().max(200).default('').describe('What the history calls it; without it the name'),
  description: z.string().max(4_000).default('').describe('What it is for, in your words'),
  seed: seedSchema
    .default(1)
    .describe('Of all random choices; the same seed gives the same network, bit for bit, on cpu'),
  provider: z.string().default('auto').describe('Compute provider: auto, cpu, webgpu, …'),
  threads: computeSchema.shape.threads.describe('0: as set under Compute, else all physical cores'),
  memory: computeSchema.shape.memory.describe(
    'GiB that the process may hold while it verifies: searches that need more end as unknown; 0: as set under Compute, else half of the machine',
  ),
  data: dataSchema
    .default({ source: 'sample', train: 10_000, test: 2_000, seed: 1 })
    .describe('Where images come from'),
  variants: z.array(variantSchema).min(1).max(200).describe('The networks, each a run'),
  verify: verifySchema.nullable().prefault({}).describe('What is asked of each network; none: nothing'),
  properties: z
    .array(propertyReferenceSchema)
    .max(1_000)
    .default([])
    .describe('VNN-LIB properties asked of networks of the history, instead of images; no data is opened'),
  evaluateEpsilon: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe(
      'ε of the accuracy under attack: FGSM (one gradient step), and PGD where it is asked for; default: that of verify',
    ),
  evaluateAttack: attackSchema
    .nullable()
    .default(null)
    .describe('Robust accuracy by projected gradient descent (PGD-100 by default); none: no such figure'),
})
export type Recipe = z.infer<typeof recipeSchema>
/** A recipe as people write it: defaults left out. */
export type RecipeInput = z.input<typeof recipeSchema>
