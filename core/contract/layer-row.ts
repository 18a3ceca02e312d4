// One layer of a network as a row of a table.
import { z } from 'zod'

export const layerRowSchema = z.object({
  id: z.string(),
  kind: z.string(),
  inputShape: z.array(z.int()),
  outputShape: z.array(z.int()),
  parameters: z.int(),
  neurons: z.int(),
})
