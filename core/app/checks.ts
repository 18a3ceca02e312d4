// Checks of a network against a property: files into the history, the job that asks, its answer in words, its witness.
import type { ApiOutput } from '../contract/api.ts'
import type { CheckOptions } from '../contract/api-files.ts'
import { EspalierError } from '../contract/errors.ts'
import type { NetworkReport, PropertyReport } from '../contract/files.ts'
import { recipeSchema, type Recipe } from '../contract/recipe.ts'
import type { JobRow, ModelRow } from '../contract/rows.ts'
import { describeProperty } from '../io/vnnlib/words.ts'
import { parseVnnlib } from '../io/vnnlib/parse.ts'
import type { VnnlibProperty } from '../io/vnnlib/property.ts'
import { writeWitness } from '../io/vnncomp/witness.ts'
import { askProcess } from '../jobs/files/ask.ts'
import type { JobLauncher } from '../jobs/launcher.ts'
import type { ToChild } from '../jobs/protocol.ts'
import type { Store } from '../store/store.ts'
import type { FileDesk } from './files.ts'
import { readWitness } from './instance.ts'
import { imageShapeOf, toScaledPictures } from './pictures.ts'

type ImportTask = Extract<ToChild, { type: 'import' }>

interface CheckParts {
  readonly store: Store
  readonly files: FileDesk
  readonly launcher: JobLauncher
}

/** Numbers of an input that a window shows; the witness file has all. */
const shownInputs = 200

/** @throws EspalierError of the readers, 'files/*' */
export async function inspect(
  { files, launcher }: CheckParts,
  handles: { readonly network: string | null; readonly property: string | null },
): Promise<{ network: NetworkReport | null; property: PropertyReport | null }> {
  const network = handles.network === null ? null : await files.open(handles.network, 'network')
  const property = handles.property === null ? null : await files.open(handles.property, 'property')
  const answer = await askProcess(launcher, { type: 'inspect', network, property })
  if (answer.type !== 'inspected') throw new TypeError(`inspect was answered by ${answer.type}`)
  return { network: answer.network, property: answer.property }
}

/** Takes a network into the history. @throws EspalierError of the readers, 'files/*', 'store/*' */
export async function importNetwork(parts: CheckParts, handle: string): Promise<ModelRow> {
  return (await takeNetwork(parts, handle)).model
}

/**
 * Takes a network into the history, with a property that is asked of it; refused where it does not fit `images`.
 * @throws EspalierError of the readers, 'model/does-not-fit-data', 'files/*', 'store/*'
 */
export async function takeNetwork(
  { store, files, launcher }: CheckParts,
  handle: string,
  { property = null, images = null }: Partial<Pick<ImportTask, 'property' | 'images'>> = {},
): Promise<{ model: ModelRow; property: string | null; report: NetworkReport }> {
  const network = await files.open(handle, 'network')
  const answer = await askProcess(launcher, { type: 'import', home: store.home, network, property, images })
  if (answer.type !== 'imported') throw new TypeError(`import was answered by ${answer.type}`)
  const model = await store.models.get(answer.modelId)
  if (model !== null) return { model, property: answer.property, report: answer.network }
  throw new EspalierError('store/missing', `There is no model ${answer.modelId}.`, 'Import the network again.')
}

/** The recipe that asks a property of a network, both then in the history. @throws EspalierError as `importNetwork` */
export async function checkRecipeOf(
  parts: CheckParts,
  handles: { readonly network: string; readonly property: string },
  options: CheckOptions,
): Promise<Recipe> {
  const file = await parts.files.open(handles.property, 'property')
  const { name } = file
  const { model, property } = await takeNetwork(parts, handles.network, { property: file })
  return recipeSchema.parse({
    name: `check-${word(model.name)}`.slice(0, 64),
    title: `${model.name}, ${name}`.slice(0, 200),
    variants: [{ name: word(model.name), title: model.name.slice(0, 120), from: `model:${model.id}` }],
    properties: [{ name, file: property }],
    // Somebody asks one question: its proof is as good as its answer.
    verify: { ...options, keepProofs: 'always' },
  })
}

/** As names of recipes are written. */
function word(name: string): string {
  return (
    name
      .replaceAll(/[^\w.-]/g, '-')
      .replace(/^[^a-z0-9]+/i, '')
      .slice(0, 64) || 'network'
  )
}

interface Asked {
  readonly name: string
  readonly property: VnnlibProperty
  readonly rows: Awaited<ReturnType<Store['verdicts']['ofRun']>>
  readonly model: ModelRow | null
}

/** What is known of one property of a run. */
async function askedOf(
  store: Store,
  job: JobRow,
  model: ModelRow | null,
  verdicts: Asked['rows'],
  index: number,
): Promise<Asked> {
  const { name, file } = job.recipe.properties[index]
  const text = new TextDecoder().decode(await store.artifacts.get(file))
  const rows = verdicts.filter(({ imageIndex }) => imageIndex === index)
  return { name, property: parseVnnlib(text), rows, model }
}

async function findProperty(store: Store, runId: string, index: number): Promise<Asked> {
  const run = await store.runs.get(runId)
  const job = run && (await store.jobs.get(run.jobId))
  if (run == null || job == null || index >= job.recipe.properties.length)
    throw new EspalierError('store/missing', `${runId} has no property ${index}.`, 'Reload the run.')
  const model = run.modelId === null ? null : await store.models.get(run.modelId)
  return askedOf(store, job, model, await store.verdicts.ofRun(runId), index)
}

/** The counterexample that one of the verifiers found; null where none did. */
async function witnessAmong(store: Store, rows: Asked['rows'], inputs: number): ReturnType<typeof readWitness> {
  const falsified = rows.find(({ counterexample }) => counterexample !== null)
  return falsified === undefined ? null : readWitness(store, falsified, inputs)
}

/** @throws EspalierError 'store/missing' */
export async function getProperty(store: Store, id: string, index: number): Promise<ApiOutput<'runs.property'>> {
  return viewOf(store, await findProperty(store, id, index))
}

/** As `getProperty`, of the first `most` properties of a run whose rows are there. */
export async function viewProperties(
  store: Store,
  { job, model }: Pick<ApiOutput<'runs.get'>, 'job' | 'model'>,
  verdicts: Asked['rows'],
  most: number,
): Promise<ApiOutput<'runs.property'>[]> {
  const asked = job.recipe.properties.slice(0, most)
  return Promise.all(asked.map(async (_, index) => viewOf(store, await askedOf(store, job, model, verdicts, index))))
}

async function viewOf(store: Store, { name, property, rows, model }: Asked): Promise<ApiOutput<'runs.property'>> {
  const report = describeProperty(property)
  const found = await witnessAmong(store, rows, property.inputSize)
  if (found === null) return { name, report, rows, witness: null }
  const { input, output } = found
  const shape = model && imageShapeOf(model.inputShape)
  const box = boxOf(property, input)
  const pictures = shape && box ? toScaledPictures(box, input, shape) : null
  return { name, report, rows, witness: { input: [...input.subarray(0, shownInputs)], output: [...output], pictures } }
}

/** The box that a point lies in: the one it is a counterexample of. */
function boxOf({ disjuncts }: VnnlibProperty, point: Float64Array): VnnlibProperty['disjuncts'][number]['box'] | null {
  const inside = disjuncts.find(({ box }) => point.every((value, i) => value >= box.lower[i] && value <= box.upper[i]))
  return inside?.box ?? null
}

/** The witness file of the competition. @throws EspalierError 'store/missing' where there is no counterexample */
export async function getWitness(store: Store, id: string, index: number): Promise<ApiOutput<'runs.witness'>> {
  const { name, property, rows } = await findProperty(store, id, index)
  const found = await witnessAmong(store, rows, property.inputSize)
  if (found === null)
    throw new EspalierError('store/missing', `${name} has no counterexample.`, 'Only falsified ones do.')
  const base64 = Buffer.from(writeWitness(found), 'utf8').toString('base64')
  return { name: `${stemOf(name)}.counterexample`, mediaType: 'text/plain', base64 }
}

/** The name of a property without its ending. */
export const stemOf = (name: string): string => name.replace(/\.vnnlib(\.gz)?$/i, '')

/** The proof of a property, for `espalier check`. @throws EspalierError 'store/missing' where there is none */
export async function getCertificate(store: Store, id: string, index: number): Promise<ApiOutput<'runs.certificate'>> {
  const { name, rows } = await findProperty(store, id, index)
  const proof = rows.find(({ certificate }) => certificate !== null)?.certificate
  if (proof == null)
    throw new EspalierError('store/missing', `${name} has no certificate.`, 'Only what is verified with evidence certified has one.') // prettier-ignore
  const base64 = Buffer.from(await store.artifacts.get(proof)).toString('base64')
  return { name: `${stemOf(name)}.certificate.json.gz`, mediaType: 'application/gzip', base64 }
}
