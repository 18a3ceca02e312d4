// The log of a job: what it said, its states and stages, and each verdict; one entry for each such event.
import { z } from 'zod'
import { logBodySchema, runBodySchema, stateBodySchema, type JobEvent } from './events.ts'
import { verdictRowSchema } from './rows.ts'

const { verdict, method, seconds } = verdictRowSchema.shape

/** `sequence` begins anew with every core process: together with `time` it tells entries apart. */
export const logEntrySchema = z.object({
  sequence: z.int(),
  time: z.iso.datetime(),
  body: z.discriminatedUnion('type', [
    logBodySchema,
    stateBodySchema,
    runBodySchema,
    z.object({
      type: z.literal('verdict'),
      runId: z.string(),
      subject: z.string().describe('What it is about: `image 3`, or the name of a property'),
      verdict,
      method,
      seconds,
    }),
  ]),
})
export type LogEntry = z.infer<typeof logEntrySchema>

/** null for gauges, figures and summaries, which the history keeps otherwise. */
export function logEntryOf({ sequence, time, body }: JobEvent): LogEntry | null {
  switch (body.type) {
    case 'log':
    case 'state':
    case 'run':
      return { sequence, time, body }
    case 'verdict': {
      const { imageIndex, label, group, verdict: word, method: by, seconds: took } = body.row
      const subject = label < 0 ? (group ?? `property ${imageIndex + 1}`) : `image ${imageIndex}`
      return { sequence, time, body: { type: 'verdict', runId: body.runId, subject, verdict: word, method: by, seconds: took } } // prettier-ignore
    }
    default:
      return null
  }
}
