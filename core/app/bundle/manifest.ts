// What a reviewer's bundle holds: its manifest, with a hash of every file and what each instance claims.
import { z } from 'zod'
import { evidenceSchema, verdictSchema } from '../../contract/verdict.ts'

/** Of a run on images of a data set, and of a check of properties. */
export const IMAGE_FORMAT = 'espalier bundle'
export const PROPERTY_FORMAT = 'espalier bundle of properties'
export const BUNDLE_VERSION = 1

/** The files that every bundle has; `images` only one on images. */
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

const hash = z.string().regex(/^[0-9a-f]{64}$/)

/** What came out, and where question and evidence are. */
const answer = {
  timeoutSeconds: z.number().positive(),
  verdict: verdictSchema,
  evidence: evidenceSchema.nullable(),
  seconds: z.number().min(0),
  property: name,
  witness: name.nullable(),
  certificate: name.nullable(),
}
const imageInstanceSchema = z.strictObject({
  image: z.int().min(0).describe('Number of the test image'),
  row: z.int().min(0).describe('Where it is in images.npy'),
  label: z.int().min(0),
  target: z.int().min(0).nullable(),
  epsilon: z.number().min(0).max(1),
  clip: z.boolean(),
  ...answer,
})
export type ImageInstance = z.infer<typeof imageInstanceSchema>

const propertyInstanceSchema = z.strictObject({
  name: z.string().max(200).describe('Name of the file that the property came from'),
  ...answer,
})
export type PropertyInstance = z.infer<typeof propertyInstanceSchema>
export type BundleInstance = ImageInstance | PropertyInstance

const common = {
  version: z.literal(BUNDLE_VERSION),
  espalier: z.string().max(100).describe('Version that made it'),
  madeAt: z.iso.datetime(),
  title: z.string().max(2_000),
  network: hash.describe('Hash of structure and parameters: what certificates are about'),
  files: z.array(z.strictObject({ name, bytes: z.int().min(0), sha256: hash })).max(3_000_020),
}
const imageManifestSchema = z.strictObject({
  format: z.literal(IMAGE_FORMAT),
  ...common,
  /** [channels, height, width] */
  shape: z.array(z.int().min(1)).length(3),
  instances: z.array(imageInstanceSchema).max(1_000_000),
})
const propertyManifestSchema = z.strictObject({
  format: z.literal(PROPERTY_FORMAT),
  ...common,
  instances: z.array(propertyInstanceSchema).max(1_000),
})
export type ImageManifest = z.infer<typeof imageManifestSchema>
export type PropertyManifest = z.infer<typeof propertyManifestSchema>

export const manifestSchema = z.discriminatedUnion('format', [imageManifestSchema, propertyManifestSchema])
export type Manifest = z.infer<typeof manifestSchema>

/** A file of a bundle before it is written. */
export interface BundleFile {
  readonly name: string
  readonly content: Uint8Array
}
