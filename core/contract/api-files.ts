// The calls about files that people give: what is inside, networks taken in, properties asked of them.
import { z } from 'zod'
import { fileHandleIdSchema, fileHandleSchema, networkReportSchema, propertyReportSchema } from './files.ts'
import { folderListingSchema } from './folders.ts'
import { pictureSchema } from './picture.ts'
import { filesSchema } from './recipe/data.ts'
import { verifySchema } from './recipe/verify.ts'
import { jobRowSchema, modelRowSchema, verdictRowSchema } from './rows.ts'

const handle = fileHandleIdSchema
const byIndex = z.strictObject({ id: z.string().min(1).max(64), index: z.int().min(0) })
const savedFile = z.object({ name: z.string(), mediaType: z.string(), base64: z.string() })
const { method, timeoutSeconds, certify } = verifySchema.shape

/** What is asked of a network, besides the property. */
export const checkOptionsSchema = z.strictObject({
  method,
  timeoutSeconds: timeoutSeconds.describe('After so long the question stays open'),
  certify: certify.describe('Prove it again in float64, rounding counted; auto: where that is quick'),
})
export type CheckOptions = z.infer<typeof checkOptionsSchema>

/** A counterexample of a property, and what it looks like where the input is an image. */
export const propertyWitnessSchema = z.object({
  input: z.array(z.number()).describe('Of the first inputs'),
  output: z.array(z.number()),
  pictures: z
    .object({
      centre: pictureSchema.describe('The middle of the box'),
      counterexample: pictureSchema,
      difference: pictureSchema.describe('Signed: 128 is no change'),
      magnification: z.number(),
      black: z.number().describe('The value that is drawn black'),
      white: z.number(),
    })
    .nullable(),
})

export const fileMethods = {
  /** Lately opened files that are still there, the newest first. */
  'files.list': { input: z.strictObject({}), output: z.array(fileHandleSchema) },
  /** Reads a network, a property, or both, which then must fit each other; nothing is kept. */
  'files.inspect': {
    input: z.strictObject({ network: handle.nullable(), property: handle.nullable() }),
    output: z.object({ network: networkReportSchema.nullable(), property: propertyReportSchema.nullable() }),
  },
  /** Takes a network into the history. */
  'files.import': { input: z.strictObject({ network: handle }), output: modelRowSchema },
  /** A data file as what a recipe names it by. */
  'files.data': { input: z.strictObject({ file: handle }), output: z.object({ data: filesSchema }) },
  /** What lies in a folder, for pages without a dialog of the system; null: the home folder. */
  'folders.list': { input: z.strictObject({ path: z.string().max(4_096).nullable() }), output: folderListingSchema },
  /** Takes a network and a property into the history, and starts the job that asks. */
  'checks.start': {
    input: z.strictObject({ network: handle, property: handle, options: checkOptionsSchema }),
    output: jobRowSchema,
  },
  /** One property of a run, in words, and what came out. */
  'runs.property': {
    input: byIndex,
    output: z.object({
      name: z.string(),
      report: propertyReportSchema,
      rows: z.array(verdictRowSchema).describe('One for each verifier that was asked; none yet while it is under way'),
      witness: propertyWitnessSchema.nullable(),
    }),
  },
  /** The counterexample as the verification competition writes it. */
  'runs.witness': { input: byIndex, output: savedFile },
  /** The proof of one property, compressed, for `espalier check`. */
  'runs.certificate': { input: byIndex, output: savedFile },
} as const
