// What several parts of a recipe count and measure with.
import { z } from 'zod'

export const positive = z.number().positive()
export const count = z.int().min(1)
export const fraction = z.number().min(0).max(1)
