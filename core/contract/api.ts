// Every call a shell can make to the core, once: its input and output schemas. IPC, HTTP and the renderer derive from it.
import { z } from 'zod'
import { fileMethods } from './api-files.ts'
import { lookMethods } from './api-look.ts'
import { wizardMethods } from './api-wizard.ts'
import { computeMethods } from './compute.ts'
import { jobEventSchema } from './events.ts'
import { graftedLayerSchema, neuronFiguresSchema, scaleFiguresSchema, searchSampleSchema } from './figures.ts'
import { layerRowSchema } from './layer-row.ts'
import { logEntrySchema } from './log.ts'
import { memorySchema } from './memory.ts'
import { pictureSchema } from './picture.ts'
import { architectureSchema, dataSchema, recipeSchema, verifySchema } from './recipe.ts'
import {
  datasetRowSchema,
  jobRowSchema,
  metricPointSchema,
  modelRowSchema,
  runRowSchema,
  runStateSchema,
  verdictRowSchema,
} from './rows.ts'
import { verdictSchema } from './verdict.ts'

export type { Picture } from './picture.ts'

const none = z.strictObject({})
const oneVerdict = z.strictObject({ id: z.string(), verifier: z.string(), imageIndex: z.int(), target: z.int().nullable() }) // prettier-ignore
const byId = z.strictObject({ id: z.string().min(1).max(64) })
const page = { limit: z.int().min(1).max(1_000).default(200), offset: z.int().min(0).default(0) }
/** Words, each of which must be there; of a run in the name or title of the run or of its job. */
const searchText = z.string().max(200).optional()
export const deviceSchema = z.object({
  provider: z.string(),
  available: z.boolean(),
  software: z.boolean().describe('A software renderer: works, but is not a GPU'),
  adapter: z.string(),
  selfTest: z.enum(['passed', 'failed', 'not-run']),
  matmulGflops: z.number().nullable(),
  convGflops: z.number().nullable(),
  reason: z.string(),
})
export type Device = z.infer<typeof deviceSchema>

/** The last measurement of the compute providers, or the one under way: they are reported one after another. */
export const deviceProbeSchema = z.object({
  running: z.boolean(),
  devices: z.array(deviceSchema).describe('Reported so far'),
  measuring: z.string().nullable().describe('The provider that is being measured'),
  total: z.int().nullable().describe('How many providers there are; null until that is known'),
  error: jobRowSchema.shape.error.describe('Why nothing could be measured'),
})
export type DeviceProbeState = z.infer<typeof deviceProbeSchema>

export const planSchema = z.object({
  recipe: recipeSchema,
  stages: z.array(z.object({ variant: z.string(), stage: z.string(), detail: z.string() })),
  images: z.int(),
  worstCaseSeconds: z.number().describe('All images of all variants at their limit; training not counted'),
})
export const instanceSchema = z.object({
  verdict: verdictRowSchema,
  image: pictureSchema,
  counterexample: pictureSchema.nullable(),
  difference: pictureSchema.nullable().describe('Signed: 128 is no change'),
  magnification: z.number().nullable().describe('Factor the difference is multiplied by in the picture'),
  linf: z.number().nullable(),
  logits: z.array(z.number()),
  counterexampleLogits: z.array(z.number()).nullable(),
  search: z.array(searchSampleSchema).describe('How the search went on; empty where it was over at once'),
  classes: z.array(z.string()),
})
export type Instance = z.infer<typeof instanceSchema>

/** What the supervisor of the jobs is at. `held`: nothing new is started. */
export const queueSchema = z.object({
  running: z.array(jobRowSchema),
  queued: z.array(jobRowSchema).describe('In the order in which they will run'),
  interrupted: z.array(jobRowSchema).describe('The newest; with an error where Espalier or the job process vanished'),
  stopping: z.array(z.string()).describe('Running jobs that stop after the image or epoch under way'),
  held: z.boolean(),
})
export type Queue = z.infer<typeof queueSchema>

/** A file to save: the shells decide where. */
export const fileSchema = z.object({ name: z.string(), mediaType: z.string(), base64: z.string() })

/** method name → what goes in, what comes out. */
export const apiSchemas = {
  'app.info': {
    input: none,
    output: z.object({
      version: z.string(),
      home: z.string(),
      shell: z.string(),
      node: z.string(),
      readOnly: z.boolean(),
      mnistDirectory: z.string().nullable(),
    }),
  },
  /** Now: it changes from moment to moment. */
  'app.memory': { input: none, output: memorySchema },
  /** Starts a measurement unless one is under way, and answers at once; `devices.state` tells how far it is. */
  'devices.probe': { input: none, output: deviceProbeSchema },
  'devices.state': { input: none, output: deviceProbeSchema },
  'data.list': { input: none, output: z.array(datasetRowSchema) },
  'data.open': {
    input: z.strictObject({ data: dataSchema }),
    output: z.object({
      dataset: datasetRowSchema,
      classCounts: z.array(z.object({ label: z.string(), train: z.int(), test: z.int() })),
      range: z.object({ minimum: z.number(), maximum: z.number() }),
      thumbnails: z.array(z.object({ index: z.int(), label: z.string(), picture: pictureSchema })),
    }),
  },
  'architectures.list': {
    input: z.strictObject({ inputShape: z.array(z.int()).length(3) }),
    output: z.array(
      z.object({
        name: architectureSchema,
        title: z.string(),
        description: z.string(),
        fits: z.boolean(),
        reason: z.string(),
        neurons: z.int(),
        parameters: z.int(),
        layers: z.array(layerRowSchema),
      }),
    ),
  },
  /** A page of the models, newest first. */
  'models.list': { input: z.strictObject(page), output: z.array(modelRowSchema) },
  'models.count': { input: none, output: z.object({ count: z.int() }) },
  'models.export': {
    input: z.strictObject({ id: byId.shape.id, format: z.literal('onnx').default('onnx') }),
    output: fileSchema,
  },
  'models.get': {
    input: byId,
    output: z.object({ model: modelRowSchema, layers: z.array(layerRowSchema), lineage: z.array(modelRowSchema) }),
  },
  /** The lines of a grafted model; none for other models. */
  'models.grafts': { input: byId, output: z.array(graftedLayerSchema) },
  'recipes.list': {
    input: none,
    output: z.array(z.object({ name: z.string(), title: z.string(), description: z.string(), yaml: z.string() })),
  },
  'recipes.parse': { input: z.strictObject({ yaml: z.string().max(1_000_000) }), output: planSchema },
  'recipes.format': { input: z.strictObject({ recipe: recipeSchema }), output: z.object({ yaml: z.string() }) },
  'recipes.plan': { input: z.strictObject({ recipe: recipeSchema }), output: planSchema },
  'jobs.start': { input: z.strictObject({ recipe: recipeSchema }), output: jobRowSchema },
  'jobs.list': { input: z.strictObject(page), output: z.array(jobRowSchema) },
  'jobs.get': {
    input: byId,
    output: z.object({
      job: jobRowSchema,
      runs: z.array(runRowSchema),
      sequence: z.int().describe('The snapshot holds every event up to here; ask jobs.events for those after it'),
    }),
  },
  /** Stops at the next safe point, or after the image or epoch under way; what is finished is kept. */
  'jobs.cancel': {
    input: z.strictObject({ id: byId.shape.id, afterInstance: z.boolean().optional() }),
    output: jobRowSchema,
  },
  'jobs.pause': { input: byId, output: jobRowSchema },
  'jobs.resume': { input: byId, output: jobRowSchema },
  /** Asks again about the images of a run with these verdicts; all others keep theirs. */
  'jobs.rerun': {
    input: z.strictObject({
      runId: byId.shape.id,
      verdicts: z.array(verdictSchema.extract(['unknown', 'timeout', 'error'])).min(1),
      timeoutSeconds: verifySchema.shape.timeoutSeconds
        .unwrap()
        .optional()
        .describe('A longer limit for each image, of this run from now on; timeouts must be among what is asked again'),
    }),
    output: jobRowSchema,
  },
  'jobs.queue': { input: none, output: queueSchema },
  'jobs.reorder': { input: z.strictObject({ ids: z.array(byId.shape.id).max(10_000) }), output: queueSchema },
  'jobs.hold': { input: z.strictObject({ held: z.boolean() }), output: queueSchema },
  /** What a job said, from its first start on, also to processes of the core that are gone; the newest. */
  'jobs.log': {
    input: z.strictObject({ id: byId.shape.id, limit: z.int().min(1).max(10_000) }),
    output: z.array(logEntrySchema),
  },
  'jobs.events': {
    input: z.strictObject({
      jobId: z.string().nullable(),
      after: z.int().min(0),
      limit: z.int().min(1).optional().describe('Only so many, the newest'),
    }),
    output: z.object({
      events: z.array(jobEventSchema),
      sequence: z.int(),
      complete: z.boolean().describe('False: events after `after` are no longer held; take a fresh snapshot'),
    }),
  },
  'runs.list': {
    input: z.strictObject({
      ...page,
      jobId: z.string().nullable().default(null),
      state: runStateSchema.optional().describe('Only runs in this state'),
    }),
    output: z.array(runRowSchema),
  },
  /** A page of all runs, newest first, each with the name of its job. */
  'runs.page': {
    input: z.strictObject({ ...page, state: runStateSchema.optional(), text: searchText }),
    output: z.array(z.object({ run: runRowSchema, job: z.string().describe('What its job is called') })),
  },
  /** How many runs the history has in each state. */
  'runs.counts': { input: z.strictObject({ text: searchText }), output: z.partialRecord(runStateSchema, z.int()) },
  'runs.get': {
    input: byId,
    output: z.object({
      run: runRowSchema,
      job: jobRowSchema,
      model: modelRowSchema.nullable(),
      dataset: datasetRowSchema.nullable(),
    }),
  },
  'runs.export': {
    input: z.strictObject({ id: byId.shape.id, format: z.enum(['csv', 'json', 'certificate', 'bundle']) }),
    output: fileSchema,
  },
  /** One HTML file about one run, or about several side by side; the first is the one others are compared with. */
  'runs.report': { input: z.strictObject({ ids: z.array(byId.shape.id).min(1).max(6) }), output: fileSchema },
  'runs.neurons': { input: byId, output: neuronFiguresSchema },
  'runs.scales': { input: byId, output: scaleFiguresSchema },
  'runs.metrics': { input: byId, output: z.array(metricPointSchema) },
  /** All of them, or a page: a run on a whole test set has ten thousand. */
  'runs.verdicts': {
    input: z.strictObject({
      id: byId.shape.id,
      limit: z.int().min(1).max(5_000).optional(),
      offset: z.int().min(0).optional(),
    }),
    output: z.array(verdictRowSchema),
  },
  /** The certificates that a run keeps. */
  'runs.certificates': { input: byId, output: z.object({ count: z.int(), bytes: z.int() }) },
  /** How the search about one image or property went; empty where it was over at once. */
  'runs.search': { input: oneVerdict, output: z.array(searchSampleSchema) },
  'runs.instance': {
    input: oneVerdict,
    output: instanceSchema,
  },
  ...computeMethods,
  ...fileMethods,
  ...lookMethods,
  ...wizardMethods,
} as const

export type ApiMethod = keyof typeof apiSchemas
export type ApiInput<M extends ApiMethod> = z.input<(typeof apiSchemas)[M]['input']>
export type ApiParsedInput<M extends ApiMethod> = z.output<(typeof apiSchemas)[M]['input']>
export type ApiOutput<M extends ApiMethod> = z.infer<(typeof apiSchemas)[M]['output']>

/** What core/app.ts implements: one function per method, on validated input. */
export type Api = { readonly [M in ApiMethod]: (input: ApiParsedInput<M>) => Promise<ApiOutput<M>> }

/** What a window holds: the same calls on unvalidated input, and a stream of events (at least once, in order, per job). */
export interface ApiClient {
  call<M extends ApiMethod>(method: M, input: ApiInput<M>): Promise<ApiOutput<M>>
  subscribe(listener: (event: z.infer<typeof jobEventSchema>) => void): () => void
}
