// Radii of test images around a model of the history: nothing is written, so it works beside a running job.
import type { RadiusOptions } from '../contract/radius.ts'
import { dataSchema, type Recipe } from '../contract/recipe.ts'
import { openEngine } from '../engine/engine.ts'
import { engineOptionsOf, settled, verifierOptionsOf } from '../jobs/compute.ts'
import { openRecorded } from '../jobs/execute/dataset.ts'
import { chooseAlone, targetOf } from '../jobs/execute/images.ts'
import { loadModel } from '../jobs/execute/models.ts'
import { evaluate64, type Network } from '../nn/index.ts'
import type { Dataset } from '../data/dataset.ts'
import type { Store } from '../store/store.ts'
import { RadiusFinder, type Radius, type RadiusTask } from '../verify/radius/radius.ts'
import { DatasetShelf } from './datasets.ts'
import { openHome } from './open-home.ts'

export interface RadiiTask {
  readonly home: string
  /** Id of the model. */
  readonly model: string
  /** Data options as `dataSchema` has them; null: the data the model was made with. */
  readonly data: unknown
  readonly options: RadiusOptions
  readonly machine: Pick<Recipe, 'provider' | 'threads' | 'memory'>
  readonly seed?: number
  readonly signal: AbortSignal
  readonly report: (image: number, state: Parameters<RadiusTask['report']>[0]) => void
  /** Told of every image that is done, how many are, and how many there are in all. */
  readonly found: (radius: ImageRadius, done: number, total: number) => void
}

export interface ImageRadius extends Omit<Radius, 'witness'> {
  readonly image: number
  readonly label: number
  readonly predicted: number
  /** Class that a counterexample must reach; null: any other. */
  readonly target: number | null
}

/**
 * One image after another; those finished before an abort come back.
 * @throws EspalierError 'store/*', 'data/*', 'recipe/invalid' for images the data does not have, 'verify/soundness'
 */
export async function findRadii(task: RadiiTask): Promise<readonly ImageRadius[]> {
  const { store } = await openHome(task.home, 'read')
  try {
    const { row, network } = await loadModel(store, task.model)
    const test = await openImages(store, task.data, row.datasetId)
    const machine = await settled(store, task.machine)
    const engine = await openEngine(engineOptionsOf(machine))
    try {
      const finder = new RadiusFinder(task.options.method, engine, { ...verifierOptionsOf(machine), seed: task.seed })
      const radii: ImageRadius[] = []
      const chosen = chooseAlone(task.options.images, test)
      for (const { index } of chosen) {
        if (task.signal.aborted) break
        const radius = await imageRadius(task, finder, network, test, index)
        task.found(radius, radii.push(radius), chosen.length)
      }
      return radii
    } finally {
      await engine.dispose()
    }
  } finally {
    await store.close()
  }
}

async function openImages(store: Store, data: unknown, datasetId: string | null): Promise<Dataset> {
  if (data === null && datasetId !== null) return (await new DatasetShelf(store).reopen(datasetId)).test
  return (await openRecorded(store, dataSchema.parse(data))).pair.test
}

async function imageRadius(
  { options, signal, report }: RadiiTask,
  finder: RadiusFinder,
  network: Network,
  test: Dataset,
  image: number,
): Promise<ImageRadius> {
  const pixels = test.image(image)
  const label = test.labels[image]
  const logits = evaluate64(network, Float64Array.from(pixels))
  const predicted = logits.indexOf(Math.max(...logits))
  const target = options.property === 'targeted' ? targetOf(network, pixels, label, label) : null
  const { clip, maximum, tolerance, timeoutSeconds: seconds } = options
  const question = { network, image: pixels, label, clip, ...(target === null ? {} : { target }) }
  const found = await finder.find({
    question,
    maximum,
    tolerance,
    seconds,
    signal,
    report: (state) => report(image, state),
  })
  const { lower, upper, finished, evidence, questions, seconds: spent, error } = found
  return { image, label, predicted, target, lower, upper, finished, evidence, questions, seconds: spent, error }
}
