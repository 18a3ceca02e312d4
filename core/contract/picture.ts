// Pictures as they travel to the windows.
import { z } from 'zod'

/** A grey or colour picture: `pixels` are 0–255, row-major, channels interleaved, base64. */
export const pictureSchema = z.object({ width: z.int(), height: z.int(), channels: z.int(), pixels: z.string() })
export type Picture = z.infer<typeof pictureSchema>
