// The part of a recipe that says how a trained network is made simpler.
import { z } from 'zod'
import { graftSchema } from './graft.ts'
import { fraction } from './numbers.ts'

/** How a trained network is made simpler. */
export const simplifySchema = z.discriminatedUnion('method', [
  z.strictObject({ method: z.literal('none') }),
  z.strictObject({
    method: z.literal('neuron'),
    ratio: fraction
      .describe('Share of hidden neurons removed, smallest batch-norm |γ| first (Guidotti et al. 2020, Algorithm 1)')
      .meta({ title: 'Share of neurons removed' }),
  }),
  z.strictObject({
    method: z.literal('weight'),
    ratio: fraction
      .describe('Share of weights set to zero, smallest |w| first (Guidotti et al. 2020, Algorithm 2)')
      .meta({ title: 'Share of weights set to zero' }),
  }),
  graftSchema,
])
export type SimplifyOptions = z.infer<typeof simplifySchema>
