// The part of a recipe that says where images come from, how they are varied in training and normalised.
import { z } from 'zod'
import { count, positive } from './numbers.ts'

const directory = z.string().min(1)
/** `names`: what a form helps to find on this computer. */
const folder = directory.meta({ title: 'Folder', names: 'folder' })
const folderOrFile = directory.meta({ title: 'Folder or file', names: 'folder-or-file' })
const classes = z
  .array(z.string().min(1).max(64))
  .min(2)
  .max(256)
  .optional()
  .describe('Names of the classes in the order of their labels; without it the labels themselves')
const maximum = positive
  .nullable()
  .default(null)
  .describe('Value of a full pixel; none: 255 where all values are whole numbers, else 1')
  .meta({ title: 'Full pixel' })
const holdOut = z
  .number()
  .gt(0)
  .lt(1)
  .default(0.2)
  .describe('Share of the images kept for testing where the files are not divided')
  .meta({ title: 'Held out for testing' })

export const sampleSchema = z.strictObject({
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
})

/** Images on this computer; `auto` looks which of the others a folder or file is. Formats: docs/data.md. */
export const filesSchema = z.discriminatedUnion('source', [
  z.strictObject({
    source: z.literal('auto'),
    directory: folderOrFile.describe('Its format is found by looking inside'),
  }),
  z.strictObject({
    source: z.literal('idx'),
    directory: folder.describe('With train-images…, train-labels…, t10k-images…, t10k-labels… (.gz or not)'),
    classes,
  }),
  z.strictObject({
    source: z.literal('cifar'),
    directory: folder.describe('With data_batch_1.bin… and test_batch.bin, or train.bin and test.bin (.gz or not)'),
    coarse: z
      .boolean()
      .default(false)
      .describe('Of CIFAR-100: its 20 superclasses instead of the 100 classes')
      .meta({ title: 'Superclasses' }),
  }),
  z.strictObject({
    source: z.literal('npy'),
    directory: folderOrFile.describe('x_train, y_train, x_test, y_test as .npy files or inside one .npz'),
    layout: z
      .enum(['auto', 'nchw', 'nhwc'])
      .default('auto')
      .describe('Whether channels come before or after height and width'),
    maximum,
    holdOut,
    classes,
  }),
  z.strictObject({
    source: z.literal('images'),
    directory: folder.describe('With train/CLASS/ and test/CLASS/, or CLASS/, of PNG and JPEG files'),
    colour: z
      .enum(['auto', 'grey', 'rgb'])
      .default('auto')
      .describe('auto: as the files are, all alike; rgb takes grey images in; grey takes colourless rgb in'),
    holdOut,
  }),
  z.strictObject({
    source: z.literal('csv'),
    directory: folderOrFile.describe('train.csv and test.csv, or one file: a label and the pixels in each row'),
    label: z
      .string()
      .min(1)
      .max(64)
      .default('auto')
      .describe('Name or number (from 1) of the column with the label; auto: label, class, target or y, else the first')
      .meta({ title: 'Label column' }),
    shape: z
      .array(count.max(16_384))
      .refine(({ length }) => length === 0 || length === 3, 'give channels, height and width')
      .default([])
      .describe('Channels, height, width; empty: square, in one channel or three'),
    maximum,
    holdOut,
    classes,
  }),
  z.strictObject({
    source: z.literal('svhn'),
    directory: folder.describe('With train_32x32.mat and test_32x32.mat'),
  }),
])
export type FileDataOptions = z.infer<typeof filesSchema>

/** Where images come from: the embedded procedural set, or files. */
export const dataSchema = z.discriminatedUnion('source', [sampleSchema, ...filesSchema.options])
export type DataOptions = z.infer<typeof dataSchema>
/** As people write it: defaults left out. */
export type DataInput = z.input<typeof dataSchema>

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
