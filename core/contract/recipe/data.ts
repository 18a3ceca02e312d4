// The part of a recipe that says where images come from.
import { z } from 'zod'
import { count } from './numbers.ts'

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
