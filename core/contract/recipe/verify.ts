// The part of a recipe that says what is asked of the networks, and of which images.
import { z } from 'zod'
import { certifyModeSchema, verifierNameSchema } from '../verdict.ts'
import { count, positive } from './numbers.ts'

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
  z
    .strictObject({
      select: z.literal('pie'),
      dense: z.array(z.string()).min(1).describe('Variants whose most common prediction is the usual one'),
      pruned: z.array(z.string()).min(1).describe('Variants whose most common prediction differs on these images'),
      asked: z.array(z.string()).min(1).optional().describe('Variants that are verified; without it all'),
      count: count.max(100_000).default(1_000).describe('How many, at most, from the first on'),
    })
    .describe('Pruning-identified exemplars (Hooker et al. 2019)'),
])
export type ImagesOptions = z.infer<typeof imagesSchema>

/** One word instead of a list, and null for none, as recipes have written it. */
function listed(value: unknown): unknown {
  if (value === null) return []
  return typeof value === 'string' ? [value] : value
}

/** True and false, as recipes have written it. */
function asMode(value: unknown): unknown {
  return typeof value === 'boolean' ? (value ? 'always' : 'never') : value
}

/** Of so many images or properties `auto` keeps the certificates: kilobytes each, more after long searches. */
export const fewQuestions = 100

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
    .describe('Prove verified images again in float64, rounding counted; auto: where that is quick')
    .meta({ title: 'Certified proofs' }),
  keepProofs: z
    .preprocess(asMode, certifyModeSchema.default('auto'))
    .describe(
      `So that espalier check can prove the verdicts again, alone or in a bundle; auto: of up to ${fewQuestions} images`,
    )
    .meta({ title: 'Keep certificates' }),
})
export type VerifyOptions = z.infer<typeof verifySchema>

/** A property that was taken into the history: its file is an artifact. */
export const propertyReferenceSchema = z.strictObject({
  name: z.string().min(1).max(200).describe('Name of the file it came from'),
  file: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe('Hash of the VNN-LIB file in the history'),
})
export type PropertyReference = z.infer<typeof propertyReferenceSchema>

/** The attack behind the robust accuracy (RA) of a finished network (spec A.6): the verifier's, on many images at once. */
export const attackSchema = z.strictObject({
  steps: count.max(10_000).default(100).describe('Gradient steps from every start'),
  restarts: count.max(10_000).default(1).describe('Starts for each image: itself, then random ones'),
  images: count
    .nullable()
    .default(1_000)
    .describe('The first test images; none: all of them')
    .meta({ title: 'Attacked images' }),
  everyClass: z
    .boolean()
    .default(false)
    .describe('A start for each wrong class, as the verifier attacks; otherwise towards the nearest one'),
})
export type AttackEvaluation = z.infer<typeof attackSchema>
