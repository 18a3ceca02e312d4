// What is asked of a radius: how far around an image the answer stays the same; flags are made from this schema.
import { z } from 'zod'
import { imagesSchema, verifySchema } from './recipe.ts'

const { clip, property, method, timeoutSeconds } = verifySchema.shape

/** The selections that need one network only. */
const [first, indices] = imagesSchema.options

export const radiusSchema = z.strictObject({
  maximum: z
    .number()
    .gt(0)
    .max(1)
    .default(1)
    .describe(
      'Largest radius of interest, in pixel units 0–1: a network that is robust so far is not asked about more',
    ),
  tolerance: z
    .number()
    .gt(0)
    .max(1)
    .default(1e-4)
    .describe('Stop when the radius that is verified and the nearest counterexample are this close'),
  clip,
  property,
  method,
  timeoutSeconds,
  images: z
    .discriminatedUnion('select', [first, indices])
    .default({ select: 'first', count: 20 })
    .describe('Test images asked about'),
})
export type RadiusOptions = z.infer<typeof radiusSchema>
