// Folders of this computer as the browser of `espalier serve` shows them: names, and which data set each looks like.
import { z } from 'zod'

/** What a folder or file may be taken for; the sources of a recipe's images that lie in files. */
export const dataKindSchema = z.enum(['idx', 'cifar', 'svhn', 'npy', 'images', 'csv'])

const placeSchema = z.object({ name: z.string(), path: z.string() })

export const folderEntrySchema = placeSchema.extend({
  folder: z.boolean().describe('False: a file that may hold a data set by itself'),
  readable: z.boolean().describe('Whether this user may look into it'),
  looks: dataKindSchema.nullable().describe('What it looks like; null for nothing, or nothing that was found quickly'),
})
export type FolderEntry = z.infer<typeof folderEntrySchema>

export const folderListingSchema = z.object({
  path: z.string(),
  above: z.array(placeSchema).describe('The folders that it lies in, the outermost first'),
  places: z.array(placeSchema).describe('Where else to begin: the home folder, drives'),
  looks: dataKindSchema.nullable(),
  entries: z.array(folderEntrySchema).describe('Folders, then files; hidden ones are left out'),
  more: z.boolean().describe('There are more than are listed'),
})
export type FolderListing = z.infer<typeof folderListingSchema>
