// The calls of the screens that look into networks and data: weights, masks, filters, confusion, family; images, checks.
import { z } from 'zod'
import { pictureSchema } from './picture.ts'
import { dataSchema } from './recipe/data.ts'
import { modelRowSchema } from './rows.ts'

const byId = z.strictObject({ id: z.string().min(1).max(64) })

const histogramSchema = z.object({
  from: z.number(),
  to: z.number(),
  counts: z.array(z.int()).describe('Values in equal steps'),
})
export type ValueHistogram = z.infer<typeof histogramSchema>

const weightsSchema = z.object({
  id: z.string().describe('Of the layer'),
  parameter: z.string(),
  shape: z.array(z.int()),
  count: z.int(),
  zeros: z.int(),
  histogram: histogramSchema.describe('Of the values that are not zero'),
  mask: pictureSchema
    .nullable()
    .describe('White where weights are not zero; a row for each output; null where none is zero, and for vectors'),
})
export type LayerWeights = z.infer<typeof weightsSchema>

export const confusionSchema = z.object({
  data: z.string(),
  classes: z.array(z.string()),
  counts: z.array(z.array(z.int())).describe('[true class][class answered], of the test images'),
})
export type Confusion = z.infer<typeof confusionSchema>

const splitSchema = z.enum(['train', 'test'])
const ofSplit = { data: dataSchema, split: splitSchema }
const imageSchema = z.object({ index: z.int(), label: z.string(), picture: pictureSchema })

export const lookMethods = {
  /** What a network is made of: weights and γ of each layer, its first filters as pictures, the graph. */
  'models.weights': {
    input: byId,
    output: z.object({
      layers: z.array(weightsSchema),
      gammas: z.array(weightsSchema).describe('Scales of batch norm'),
      filters: z.array(pictureSchema).describe('Of a first layer that looks at images; grey 128 is no weight'),
      graph: z.array(
        z.object({ id: z.string(), kind: z.string(), inputs: z.array(z.string()), shape: z.array(z.int()) }),
      ),
    }),
  },
  /** A page of the models, newest first among those that take the images, each with what it belongs to. */
  'models.page': {
    input: z.strictObject({
      limit: z.int().min(1).max(1_000).default(200),
      offset: z.int().min(0).default(0),
      text: z
        .string()
        .max(200)
        .optional()
        .describe('Only models with each of these words in name, architecture, origin or the names of their job'),
      imageShape: z.array(z.int().min(1)).max(4).optional().describe('Those that take such images come first'),
      finished: z.boolean().default(false).describe('Only what runs came to and what was imported: no step between'),
    }),
    output: z.object({
      total: z.int().describe('How many there are'),
      rows: z.array(
        z.object({
          model: modelRowSchema,
          job: z.object({ id: z.string(), title: z.string() }).nullable(),
          data: z.string().nullable().describe('What the data is called that it was made for'),
          accuracy: z
            .number()
            .nullable()
            .describe('Share of test images classified correctly; null where it was not measured'),
        }),
      ),
    }),
  },
  /** All models of one tree: from its root, parents before children. */
  'models.family': { input: byId, output: z.array(modelRowSchema) },
  /** Evaluated when it is asked for, in a process of its own, on the data the model was made for. */
  'models.confusion': { input: byId, output: confusionSchema },
  /** Images of one split by filter, page by page. */
  'data.images': {
    input: z.strictObject({
      ...ofSplit,
      label: z.int().min(0).nullable().default(null).describe('Only of this class'),
      run: z.string().max(64).nullable().default(null).describe('Whose verdicts `only` speaks of'),
      only: z.enum(['all', 'wrong', 'falsified']).default('all').describe('Of the test images that a run asked about'),
      limit: z.int().min(1).max(500).default(100),
      offset: z.int().min(0).default(0),
    }),
    output: z.object({ total: z.int(), images: z.array(imageSchema) }),
  },
  /** One image with its values, channel after channel, row after row. */
  'data.image': {
    input: z.strictObject({ ...ofSplit, index: z.int().min(0) }),
    output: imageSchema.extend({ shape: z.array(z.int()), values: z.array(z.number()) }),
  },
  /** What may be wrong with a dataset. */
  'data.checks': {
    input: z.strictObject({ data: dataSchema }),
    output: z.object({
      duplicates: z.object({ train: z.int(), test: z.int(), across: z.int() }).describe('Images that are there before'),
      examples: z.array(z.object({ split: splitSchema, index: z.int() })).describe('Some of them'),
      conflicts: z.int().describe('Duplicates with another label'),
      constant: z.int().describe('Images of one value only'),
      minimum: z.number(),
      maximum: z.number(),
      missing: z.array(z.string()).describe('Classes without a training or a test image'),
    }),
  },
} as const
