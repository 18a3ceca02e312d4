// The part of a recipe that says where images come from.
import { z } from 'zod'
import { count, positive } from './numbers.ts'

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

/** How images are varied in training, afresh in each epoch (spec A.1: CIFAR-10 with crop 4 and flip). */
export const augmentSchema = z.strictObject({
  crop: z
    .int()
    .min(0)
    .max(64)
    .default(0)
    .describe('Zero pixels put around an image before a random part of its own size is cut out; 0: none')
    .meta({ title: 'Random crop, padding' }),
  flip: z
    .boolean()
    .default(false)
    .describe('Mirror half of the images, left to right')
    .meta({ title: 'Random horizontal flip' }),
})
export type AugmentOptions = z.infer<typeof augmentSchema>

const perChannel = z.array(z.number()).min(1).max(64)

/** First layer of a fresh network: (x − mean) / deviation per channel, so that ε stays in pixel units (spec A.1). */
export const normaliseSchema = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('none') }),
  z.strictObject({ by: z.literal('data') }),
  z.strictObject({ by: z.literal('cifar10') }),
  z.strictObject({ by: z.literal('cifar10-255') }),
  z.strictObject({ by: z.literal('svhn') }),
  z.strictObject({
    by: z.literal('given'),
    mean: perChannel.describe('Mean of each channel, in pixel units'),
    deviation: z.array(positive).min(1).max(64).describe('Standard deviation of each channel, in pixel units'),
  }),
])
export type NormaliseOptions = z.infer<typeof normaliseSchema>
