// The messages between the core and the process of a job or of a measurement, checked on both sides.
import { z } from 'zod'
import { deviceSchema } from '../contract/api.ts'
import { confusionSchema } from '../contract/api-look.ts'
import { jobEventBodySchema, jobGaugeSchema } from '../contract/events.ts'
import { networkReportSchema, propertyReportSchema } from '../contract/files.ts'
import { recipeSchema } from '../contract/recipe.ts'
import { errorDataSchema } from '../contract/rows.ts'
import { measuredSchema, studyKindSchema, trialSchema } from '../contract/study.ts'

/** A file on this computer, and what it is called by those who gave it. */
const fileSchema = z.strictObject({ path: z.string(), name: z.string() })
export type NamedFile = z.infer<typeof fileSchema>

/** What a network must fit. */
const imagesSchema = z.strictObject({
  name: z.string(),
  shape: z.array(z.int()),
  classes: z.array(z.string()),
})

/**
 * Core → job process. `start` a job, `probe` the compute providers, all but `skip`, `inspect` files, `import` a network
 * with a property into the history (where it fits `images`, if they are given), find the `confusion` of a model, or carry out
 * a `study` of a recipe. `stop` ends the work at the next safe point, or after the image or epoch under way;
 * everything finished is already stored.
 */
export const toChildSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('start'), home: z.string().min(1), jobId: z.string().min(1) }),
  z.strictObject({ type: z.literal('probe'), skip: z.array(z.string()) }),
  z.strictObject({ type: z.literal('inspect'), network: fileSchema.nullable(), property: fileSchema.nullable() }),
  z.strictObject({
    type: z.literal('import'),
    home: z.string().min(1),
    network: fileSchema,
    property: fileSchema.nullable(),
    images: imagesSchema.nullable(),
  }),
  z.strictObject({ type: z.literal('confusion'), home: z.string().min(1), modelId: z.string().min(1) }),
  z.strictObject({ type: z.literal('study'), kind: studyKindSchema, home: z.string().min(1), recipe: recipeSchema }),
  z.strictObject({ type: z.literal('stop'), after: z.literal('instance').optional() }),
])
export type ToChild = z.infer<typeof toChildSchema>

/** Job process → core. `ready` asks for what to do; `measuring` and `device` belong to `probe`, `inspected` and `imported` to files, `gauge`, `trial` and `measured` to studies; `end` is the last message. */
export const fromChildSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('event'), body: jobEventBodySchema }),
  z.strictObject({ type: z.literal('measuring'), provider: z.string(), total: z.int() }),
  z.strictObject({ type: z.literal('device'), device: deviceSchema }),
  z.strictObject({
    type: z.literal('inspected'),
    network: networkReportSchema.nullable(),
    property: propertyReportSchema.nullable(),
  }),
  z.strictObject({ type: z.literal('confusion'), confusion: confusionSchema }),
  z.strictObject({ type: z.literal('gauge'), gauge: jobGaugeSchema }),
  z.strictObject({ type: z.literal('trial'), trial: trialSchema }),
  z.strictObject({ type: z.literal('measured'), measured: measuredSchema }),
  z.strictObject({
    type: z.literal('imported'),
    modelId: z.string(),
    property: z.string().nullable(),
    network: networkReportSchema,
  }),
  z.strictObject({
    type: z.literal('end'),
    outcome: z.enum(['done', 'failed', 'stopped']),
    error: errorDataSchema.nullable(),
  }),
])
export type FromChild = z.infer<typeof fromChildSchema>
