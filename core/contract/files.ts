// Files that people give the app: opaque handles that a dialog, a drop or the system issued, and what is found inside.
import { z } from 'zod'
import { layerRowSchema } from './layer-row.ts'

export const fileKindSchema = z.enum(['network', 'property', 'data'])
export type FileKind = z.infer<typeof fileKindSchema>

/** Which file it is by the end of its name: the one list for dialogs, drops, uploads and file associations. */
export const fileEndings: Readonly<Record<FileKind, readonly string[]>> = {
  network: ['.onnx', '.onnx.gz'],
  property: ['.vnnlib', '.vnnlib.gz'],
  data: ['.npy', '.npz', '.csv'],
}

export const fileHandleIdSchema = z.string().regex(/^[\w-]{32}$/)

/** A window never names a path: it has this from the core, and gives its id back. */
export const fileHandleSchema = z.object({
  id: fileHandleIdSchema,
  name: z.string(),
  kind: fileKindSchema,
  bytes: z.int(),
  at: z.iso.datetime().describe('When it was opened last'),
})
export type FileHandle = z.infer<typeof fileHandleSchema>

const portSchema = z.object({ name: z.string(), shape: z.array(z.int()) })

/** A network file after it was read and run beside ONNX Runtime. */
export const networkReportSchema = z.object({
  inputs: z.array(portSchema),
  outputs: z.array(portSchema),
  operators: z.array(z.string()).describe('Every operator of the file; all of them are understood, or it is refused'),
  difference: z.number().describe('Largest difference from ONNX Runtime on random inputs'),
  neurons: z.int().describe('Hidden neurons'),
  parameters: z.int(),
  layers: z.array(layerRowSchema),
})
export type NetworkReport = z.infer<typeof networkReportSchema>

/** One input box of a property, and what must not happen inside. */
export const propertyCaseSchema = z.object({
  fixed: z.int().describe('Inputs with one value only'),
  lowest: z.number(),
  highest: z.number(),
  narrowest: z.number().nullable().describe('Width of the narrowest input that varies'),
  widest: z.number().nullable(),
  bounds: z.array(z.object({ lower: z.number(), upper: z.number() })).describe('Of the first inputs'),
  violations: z.array(z.string()).describe('Any one of them is a counterexample; the first of them'),
  violationCount: z.int(),
  meaning: z.string().nullable().describe('What they say together, where that is a usual question'),
})
export type PropertyCase = z.infer<typeof propertyCaseSchema>

/** A VNN-LIB property in plain words. */
export const propertyReportSchema = z.object({
  version: z.enum(['1.0', '2.0']),
  inputs: z.int(),
  outputs: z.int(),
  cases: z.array(propertyCaseSchema).describe('The first of them'),
  caseCount: z.int(),
})
export type PropertyReport = z.infer<typeof propertyReportSchema>
