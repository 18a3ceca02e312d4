// The part of a recipe that says how a trained network is made simpler.
import { z } from 'zod'
import { graftSchema } from './graft.ts'
import { pruneSchemas } from './prune.ts'

/** How a trained network is made simpler. */
export const simplifySchema = z.discriminatedUnion('method', [
  z.strictObject({ method: z.literal('none') }),
  ...pruneSchemas,
  graftSchema,
])
export type SimplifyOptions = z.infer<typeof simplifySchema>
