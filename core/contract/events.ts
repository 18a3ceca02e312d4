// What a job tells while it works: events with a growing sequence number; gauges may be coalesced, points never are.
import { z } from 'zod'
import { jobStateSchema, runRowSchema, runSummarySchema, verdictRowSchema } from './rows.ts'

export const jobGaugeSchema = z.discriminatedUnion('stage', [
  z.object({ stage: z.literal('load'), message: z.string() }),
  z.object({
    stage: z.enum(['train', 'fine-tune']),
    epoch: z.int(),
    epochs: z.int(),
    batch: z.int(),
    batches: z.int(),
    samplesPerSecond: z.number(),
  }),
  z.object({ stage: z.literal('simplify'), message: z.string() }),
  z.object({ stage: z.literal('evaluate'), message: z.string() }),
  z.object({
    stage: z.literal('verify'),
    done: z.int(),
    total: z.int(),
    imageIndex: z.int(),
    properties: z.boolean().optional().describe('Properties are asked about, in place of images'),
    method: z.string(),
    seconds: z.number(),
    domainsOpen: z.int().nullable(),
    domainsVisited: z.int().nullable(),
    domainsByDepth: z
      .array(z.int())
      .nullable()
      .describe('Open domains by depth of the tree; null where the method has none'),
    worstBound: z.number().nullable(),
  }),
])
export type JobGauge = z.infer<typeof jobGaugeSchema>

export const stateBodySchema = z.object({ type: z.literal('state'), state: jobStateSchema })
export const runBodySchema = z.object({
  type: z.literal('run'),
  runId: z.string(),
  state: z.string(),
  stage: z.string(),
  error: runRowSchema.shape.error.describe('Why it failed; null where it did not'),
})
export const logBodySchema = z.object({
  type: z.literal('log'),
  level: z.enum(['info', 'warning', 'error']),
  message: z.string(),
})

export const jobEventBodySchema = z.discriminatedUnion('type', [
  stateBodySchema,
  runBodySchema,
  z.object({ type: z.literal('gauge'), runId: z.string(), gauge: jobGaugeSchema }),
  z.object({
    type: z.literal('metrics'),
    runId: z.string(),
    points: z.array(z.object({ series: z.string(), step: z.number(), value: z.number() })),
  }),
  z.object({ type: z.literal('verdict'), runId: z.string(), row: verdictRowSchema }),
  z.object({ type: z.literal('summary'), runId: z.string(), summary: runSummarySchema }),
  logBodySchema,
])
export type JobEventBody = z.infer<typeof jobEventBodySchema>

/** An event as the windows receive it. `sequence` grows with every event of one core process. */
export const jobEventSchema = z.object({
  sequence: z.int(),
  jobId: z.string(),
  time: z.iso.datetime(),
  body: jobEventBodySchema,
})
export type JobEvent = z.infer<typeof jobEventSchema>
