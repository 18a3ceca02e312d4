// What can be found out before a recipe is started: the real verifier on some images, and the scores behind a choice.
import { z } from 'zod'
import { jobGaugeSchema } from './events.ts'
import { recipeSchema } from './recipe.ts'
import { errorDataSchema } from './rows.ts'
import { evidenceSchema, verdictSchema, verifierNameSchema } from './verdict.ts'

export const studyKindSchema = z.enum(['trial', 'scores'])
export type StudyKind = z.infer<typeof studyKindSchema>

/** One image, one verifier. */
const trialAnswerSchema = z.object({
  imageIndex: z.int(),
  label: z.int(),
  predicted: z.int(),
  verifier: verifierNameSchema,
  verdict: verdictSchema,
  evidence: evidenceSchema.nullable(),
  method: z.string().describe('Stage that decided'),
  seconds: z.number(),
  error: errorDataSchema.nullable(),
})
export type TrialAnswer = z.infer<typeof trialAnswerSchema>

/** Images that the verifier was asked about for a moment each. */
const lookSchema = z.object({
  images: z.int().describe('How many'),
  seconds: z.number().describe('How long each could take'),
  verified: z.int(),
  falsified: z.int(),
  misclassified: z.int().describe('How many of `falsified` needed no change'),
  open: z.int().describe('Answered within that time, but not decided'),
  hard: z.int().describe('Not answered within that time'),
})
export type Look = z.infer<typeof lookSchema>

/** `given`: the network that will be verified; `unfinished`: before its further training; `stand-in`: trained for a moment. */
export const trialNetworkSchema = z.enum(['given', 'unfinished', 'stand-in'])

/** What all images of all networks would take, in seconds, were they like those that were looked at. */
export const projectionSchema = z.object({
  images: z.int().describe('Of all networks together, at most'),
  usual: z.number().describe('The same share of them hard, each hard one as long as the mean of those tried'),
  least: z.number().describe('Fewer of them hard, by the error of such a share, and as long as the quickest'),
  most: z.number().describe('More of them hard, and as long as the slowest'),
  worst: z.number().describe('Every image to its limit'),
})
export type Projection = z.infer<typeof projectionSchema>

export const trialSchema = z.object({
  network: trialNetworkSchema,
  classes: z.array(z.string()),
  look: lookSchema,
  answers: z.array(trialAnswerSchema).describe('Of images tried to the end: hard ones, or any where none is hard'),
  training: z
    .object({ epochs: z.int(), epochSeconds: z.number() })
    .nullable()
    .describe('Standard training of a stand-in, and what an epoch took; null where none was needed'),
  projection: projectionSchema.nullable().describe('Once all are there'),
})
export type Trial = z.infer<typeof trialSchema>

/** A study under way, or the last one of its kind. */
export const studySchema = z.object({
  id: z.int().describe('Grows with every study'),
  kind: studyKindSchema,
  recipe: recipeSchema.describe('What it was asked about'),
  state: z.enum(['running', 'done', 'stopped', 'failed']),
  gauge: jobGaugeSchema.nullable().describe('What is being done'),
  trial: trialSchema.nullable(),
  error: errorDataSchema.nullable(),
})
export type Study = z.infer<typeof studySchema>

/** Scores of neurons that only an engine can find. All arrays over all neurons of the network, in topological order. */
export const measuredSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('activations'),
    layers: z.array(z.object({ activation: z.string(), scores: z.array(z.number()) })),
  }),
  z.object({ kind: z.literal('graft'), cost: z.array(z.number()), significance: z.array(z.number()) }),
])
export type Measured = z.infer<typeof measuredSchema>

/** What a share would take from a network. */
export const cutSchema = z.object({
  unit: z.enum(['neurons', 'weights']),
  total: z.int().describe('How many there are'),
  taken: z.int().describe('How many would go, or become lines, exactly'),
  scores: z
    .object({
      from: z.number(),
      to: z.number(),
      open: z.boolean().describe('The last step holds everything above it too'),
      counts: z.array(z.int()).describe('Scores in equal steps'),
      taken: z.array(z.int()).describe('How many of each step would go'),
    })
    .nullable(),
  missing: z
    .enum(['untrained', 'unmeasured', 'drawn', 'learned'])
    .nullable()
    .describe('Why there are no scores: no network yet, not measured, drawn by lot, learned by the run itself'),
})
export type Cut = z.infer<typeof cutSchema>
