// The calls behind the wizard: networks that must fit the data, what a share would take, studies before the start.
import { z } from 'zod'
import { fileHandleIdSchema, networkReportSchema } from './files.ts'
import { dataSchema, recipeSchema } from './recipe.ts'
import { modelRowSchema } from './rows.ts'
import { cutSchema, studyKindSchema, studySchema } from './study.ts'

/** A network of the history, looked at as a file is. */
export const networkViewSchema = z.object({
  model: modelRowSchema,
  report: networkReportSchema.extend({
    difference: networkReportSchema.shape.difference.nullable().describe('Null for networks made here: no other file'),
  }),
  relus: z.int().describe('Hidden neurons that are ReLUs: each a case that a verifier may have to split'),
})
export type NetworkView = z.infer<typeof networkViewSchema>

export const wizardMethods = {
  /** Takes a network file into the history where it fits the images; one that does not is refused and not kept. */
  'networks.take': {
    input: z.strictObject({ network: fileHandleIdSchema, data: dataSchema }),
    output: modelRowSchema,
  },
  /** What is in a network of the history. Refused where it does not fit the images. */
  'networks.view': {
    input: z.strictObject({ id: modelRowSchema.shape.id, data: dataSchema }),
    output: networkViewSchema,
  },
  /** What the first variant that is simplified would lose, by the functions that will do it. */
  'simplify.cut': { input: z.strictObject({ recipe: recipeSchema }), output: cutSchema },
  /** Starts a study; one of the same kind that is under way ends. `scores`: for `simplify.cut`. */
  'studies.start': { input: z.strictObject({ kind: studyKindSchema, recipe: recipeSchema }), output: studySchema },
  'studies.state': { input: z.strictObject({ kind: studyKindSchema }), output: studySchema.nullable() },
  'studies.stop': { input: z.strictObject({ kind: studyKindSchema }), output: studySchema.nullable() },
} as const
