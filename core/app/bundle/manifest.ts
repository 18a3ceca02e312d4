// What a reviewer's bundle holds: its manifest, with a hash of every file and what each instance claims.
import { z } from 'zod'
import { evidenceSchema, verdictSchema } from '../../contract/verdict.ts'

export const BUNDLE_FORMAT = 'espalier bundle'
export const BUNDLE_VERSION = 1

/** The files that every bundle has. */
export const bundleFiles = {
  manifest: 'manifest.json',
  readme: 'README.txt',
  report: 'report.html',
  network: 'network.espalier',
  onnx: 'model.onnx',
  images: 'images.npy',
  instances: 'instances.csv',
  results: 'results.csv',
  verdicts: 'verdicts.csv',
  run: 'run.json',
  recipe: 'recipe.yaml',
} as const

/** Folders and names of plain characters: no drive, no step upwards, nothing that a file system reads otherwise. */
const name = z
  .string()
  .max(200)
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*(\/[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*)*$/)

const instanceSchema = z.strictObject({
  image: z.int().min(0).describe('Number of the test image'),
  row: z.int().min(0).describe('Where it is in images.npy'),
  label: z.int().min(0),
  target: z.int().min(0).nullable(),
  epsilon: z.number().min(0).max(1),
  clip: z.boolean(),
  timeoutSeconds: z.number().positive(),
  verdict: verdictSchema,
  evidence: evidenceSchema.nullable(),
  seconds: z.number().min(0),
  property: name,
  witness: name.nullable(),
  certificate: name.nullable(),
})
export type BundleInstance = z.infer<typeof instanceSchema>

export const manifestSchema = z.strictObject({
  format: z.literal(BUNDLE_FORMAT),
  version: z.literal(BUNDLE_VERSION),
  espalier: z.string().max(100).describe('Version that made it'),
  madeAt: z.iso.datetime(),
  title: z.string().max(2_000),
  network: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe('Hash of structure and parameters: what certificates are about'),
  /** [channels, height, width] */
  shape: z.array(z.int().min(1)).length(3),
  instances: z.array(instanceSchema).max(1_000_000),
  files: z
    .array(z.strictObject({ name, bytes: z.int().min(0), sha256: z.string().regex(/^[0-9a-f]{64}$/) }))
    .max(3_000_020),
})
export type Manifest = z.infer<typeof manifestSchema>

/** A file of a bundle before it is written. */
export interface BundleFile {
  readonly name: string
  readonly content: Uint8Array
}
