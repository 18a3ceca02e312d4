// Networks of the history: recorded with their lineage when a stage is done, found again when a job is resumed.
import { EspalierError } from '../../contract/errors.ts'
import type { ModelRow, RunRow } from '../../contract/rows.ts'
import {
  allParameters,
  countNeurons,
  countNonzeroWeights,
  countParameters,
  countWeights,
  networkHash,
} from '../../nn/index.ts'
import { parseNetwork, serializeNetwork, type Network } from '../../nn/index.ts'
import type { Store } from '../../store/store.ts'
import { createId } from '../ids.ts'

/** A network with its row in the history. */
export interface RecordedModel {
  readonly row: ModelRow
  readonly network: Network
}

export interface ModelOrigin {
  readonly run: RunRow
  /** `initialise`, `train`, `neuron-prune`, `weight-prune`, `fine-tune`. */
  readonly operation: string
  readonly parent: ModelRow | null
  readonly architecture: string
  readonly datasetId: string
}

/** Stores a network as an artifact and its row. @throws EspalierError 'train/diverged' where a parameter is no number */
export async function recordModel(store: Store, network: Network, origin: ModelOrigin): Promise<RecordedModel> {
  requireFinite(network, origin.operation)
  const { run, operation, parent, architecture, datasetId } = origin
  const made = { name: run.variant, operation, parentId: parent?.id ?? null, runId: run.id }
  return { row: await insertModel(store, network, { ...made, architecture, datasetId, source: null }), network }
}

/** Stores a network that was read from a file, whose own bytes are the artifact `source`. */
export async function recordImported(
  store: Store,
  network: Network,
  { name, source }: { readonly name: string; readonly source: string },
): Promise<ModelRow> {
  const origin = { name, operation: 'import', parentId: null, runId: null, architecture: 'imported', datasetId: null }
  return insertModel(store, network, { ...origin, source })
}

async function insertModel(
  store: Store,
  network: Network,
  made: Pick<ModelRow, 'name' | 'operation' | 'parentId' | 'runId' | 'architecture' | 'datasetId' | 'source'>,
): Promise<ModelRow> {
  const row: ModelRow = {
    ...made,
    id: createId('net'),
    hash: networkHash(network),
    artifact: await store.artifacts.put(serializeNetwork(network), 'application/x-espalier-network'),
    inputShape: [...network.inputShape],
    hiddenNeurons: countNeurons(network),
    weights: countWeights(network),
    nonzeroWeights: countNonzeroWeights(network),
    parameters: countParameters(network),
    createdAt: new Date().toISOString(),
  }
  await store.models.insert(row)
  return row
}

/** A network with a NaN in it classifies nothing and proves nothing: it must not come into the history. */
function requireFinite(network: Network, operation: string): void {
  const broken = allParameters(network).find(({ parameter }) => !parameter.data.every(Number.isFinite))
  if (broken === undefined) return
  throw new EspalierError(
    'train/diverged',
    `After ${operation} the parameter ${broken.name} of ${network.name} holds values that are no numbers; the network is not stored.`,
    'Lower the learning rate (a tenth is a good try) or λ, and train again.',
  )
}

/** @throws EspalierError 'store/missing', 'store/corrupt', 'model/corrupt' */
export async function loadModel(store: Store, id: string): Promise<RecordedModel> {
  const row = await store.models.get(id)
  if (row === null)
    throw new EspalierError(
      'store/missing',
      `There is no model ${id}.`,
      'espalier models lists them; so does the app under Models.',
    )
  return { row, network: parseNetwork(await store.artifacts.get(row.artifact)) }
}

/**
 * The finished network of a variant, from the newest run of a recipe by that name. `before`: a job that is resumed finds
 * what it found at first, whatever has run since.
 * @throws EspalierError 'store/missing'
 */
export async function loadRunModel(
  store: Store,
  { recipe, variant }: { readonly recipe: string; readonly variant: string },
  before: string,
): Promise<RecordedModel> {
  const modelId = await store.runs.latestModel(recipe, variant, before)
  if (modelId !== null) return loadModel(store, modelId)
  throw new EspalierError(
    'store/missing',
    `The history has no network '${variant}' of a recipe '${recipe}'.`,
    `Run that recipe first; espalier runs lists what there is.`,
  )
}

/** What an earlier attempt of this run recorded for a stage; null where the stage is still to be done. */
export async function findStage(store: Store, run: RunRow, operation: string): Promise<RecordedModel | null> {
  const rows = await store.models.ofRun(run.id)
  const row = rows.find((model) => model.operation === operation)
  return row === undefined ? null : loadModel(store, row.id)
}
