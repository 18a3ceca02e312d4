// The rows of the history as the rest of the program sees them: datasets, models, jobs, runs, metrics, verdicts.
import { z } from 'zod'
import { recipeSchema } from './recipe.ts'
import { evidenceSchema, verdictSchema } from './verdict.ts'

const id = z.string().min(1).max(64)
const hash = z.string().regex(/^[0-9a-f]{64}$/)
const time = z.iso.datetime()
export const errorDataSchema = z.object({ code: z.string(), message: z.string(), hint: z.string() })

export const datasetRowSchema = z.object({
  id,
  name: z.string(),
  kind: z.string(),
  source: z.string().describe('JSON of the data options'),
  hash,
  trainCount: z.int(),
  testCount: z.int(),
  shape: z.array(z.int()),
  classes: z.array(z.string()),
  createdAt: time,
})
export type DatasetRow = z.infer<typeof datasetRowSchema>

/** `operation`: how the model came about, e.g. `train`, `neuron-prune`, `fine-tune`; `parentId`: from which model. */
export const modelRowSchema = z.object({
  id,
  name: z.string(),
  hash: hash.describe('Hash of the network; the artifact of that hash holds it'),
  artifact: hash,
  architecture: z.string(),
  parentId: id.nullable(),
  operation: z.string(),
  runId: id.nullable(),
  datasetId: id.nullable(),
  inputShape: z.array(z.int()),
  hiddenNeurons: z.int(),
  weights: z.int().describe('Weights present (no biases)'),
  nonzeroWeights: z.int(),
  parameters: z.int(),
  source: hash.nullable().default(null).describe('Artifact: the ONNX file it was read from; null for ours'),
  createdAt: time,
})
export type ModelRow = z.infer<typeof modelRowSchema>

export const jobStateSchema = z.enum(['queued', 'running', 'interrupted', 'cancelled', 'done', 'failed'])
export type JobState = z.infer<typeof jobStateSchema>

export const jobRowSchema = z.object({
  id,
  name: z.string(),
  title: z.string(),
  state: jobStateSchema,
  recipe: recipeSchema,
  createdAt: time,
  startedAt: time.nullable(),
  finishedAt: time.nullable(),
  pid: z.int().nullable(),
  error: errorDataSchema.nullable(),
  environment: z.record(z.string(), z.string()).describe('Versions, provider, hardware'),
})
export type JobRow = z.infer<typeof jobRowSchema>

export const runStateSchema = z.enum(['waiting', 'running', 'interrupted', 'done', 'failed'])

/** What a finished run comes to; every figure of the demo's table is here. */
export const runSummarySchema = z.object({
  accuracy: z.number().nullable().describe('Share of test images classified correctly'),
  robustness: z.number().nullable().describe('Share still correct under FGSM at `robustnessEpsilon`'),
  robustnessEpsilon: z.number().nullable().default(null).describe('ε of that FGSM; null in rows of older versions too'),
  robustAccuracy: z
    .number()
    .nullable()
    .default(null)
    .describe('Share of the attacked test images still correct under PGD at `robustnessEpsilon`; null where none ran'),
  hiddenNeurons: z.int().nullable(),
  weights: z.int().nullable(),
  nonzeroWeights: z.int().nullable(),
  unstable: z.number().nullable().describe('Share of hidden neurons unstable at ε, mean over the images verified'),
  images: z.int(),
  verified: z.int(),
  certified: z.int().nullable().default(null).describe('How many of `verified` have evidence `certified`'),
  falsified: z.int(),
  misclassified: z
    .int()
    .nullable()
    .default(null)
    .describe('How many of `falsified` needed no change: misclassified as they are; null in rows of older versions'),
  unknown: z.int(),
  timeout: z.int(),
  error: z.int(),
  seconds: z.number().describe('Sum over images'),
  meanSeconds: z.number().nullable(),
  searchSeconds: z
    .number()
    .nullable()
    .default(null)
    .describe('Mean over the images neither misclassified nor broken by an attack; timeouts count (Chen et al. 2022)'),
})
export type RunSummary = z.infer<typeof runSummarySchema>

/** One variant of a recipe, carried through by a job. */
export const runRowSchema = z.object({
  id,
  jobId: id,
  position: z.int(),
  variant: z.string(),
  title: z.string(),
  state: runStateSchema,
  stage: z.string().describe('load, train, simplify, fine-tune, evaluate, verify, or empty'),
  datasetId: id.nullable(),
  modelId: id.nullable(),
  seed: z.int(),
  epsilon: z.number().nullable(),
  timeoutSeconds: z.number().nullable(),
  summary: runSummarySchema.nullable(),
  error: errorDataSchema.nullable(),
  createdAt: time,
  startedAt: time.nullable(),
  finishedAt: time.nullable(),
})
export type RunRow = z.infer<typeof runRowSchema>

/** One point of a curve: series such as `train.loss`, `validation.accuracy`, `learning-rate`; step is the epoch. */
export const metricPointSchema = z.object({ runId: id, series: z.string(), step: z.number(), value: z.number() })
export type MetricPoint = z.infer<typeof metricPointSchema>

/** One verified image of a run. Unique by (runId, verifier, imageIndex, target). */
export const verdictRowSchema = z.object({
  runId: id,
  verifier: z.string().describe('Verifier asked: auto, milp, …'),
  imageIndex: z.int(),
  label: z.int(),
  target: z.int().nullable().describe('Class asked about; null when untargeted'),
  predicted: z.int(),
  epsilon: z.number(),
  verdict: verdictSchema,
  evidence: evidenceSchema.nullable(),
  method: z.string().describe('Stage that decided: attack, crown, bab, …'),
  seconds: z.number(),
  lowerBound: z.number().nullable(),
  domains: z.int(),
  unstable: z.int().nullable(),
  group: z.string().nullable().describe('Why the image was chosen: found, missed, first, …'),
  counterexample: hash.nullable().describe('Artifact: float64 input, then logits'),
  certificate: hash.nullable().describe('Artifact: the proof behind evidence certified, where proofs are kept'),
  search: hash.nullable().describe('Artifact: how the search went; null where it was over at once'),
  detail: z.record(z.string(), z.number()),
  error: errorDataSchema.nullable(),
  createdAt: time,
})
export type VerdictRow = z.infer<typeof verdictRowSchema>
