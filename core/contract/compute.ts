// What Espalier may take of the machine: the settings of this workstation, which jobs take where their recipe says nothing.
import { z } from 'zod'

export const computeSchema = z.strictObject({
  threads: z
    .int()
    .min(0)
    .max(256)
    .default(0)
    .describe('That a job computes with; 0: automatic, all physical cores')
    .meta({ title: 'Threads' }),
  memory: z
    .number()
    .min(0)
    .max(65_536)
    .default(0)
    .describe('Memory that a job may hold while it verifies, in GiB; 0: automatic, half of the machine')
    .meta({ title: 'Memory cap, GiB' }),
})
export type ComputeSettings = z.infer<typeof computeSchema>

/** The settings, and what automatic comes to on this machine. */
const computeStateSchema = z.object({
  settings: computeSchema,
  automatic: z.object({ threads: z.int(), memory: z.number().describe('In GiB') }),
})

export const computeMethods = {
  'compute.get': { input: z.strictObject({}), output: computeStateSchema },
  /** For jobs that start or are resumed from now on. */
  'compute.set': { input: z.strictObject({ settings: computeSchema }), output: computeStateSchema },
} as const
