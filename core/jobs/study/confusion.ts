// Which class a network answers for the test images of each class.
import type { Confusion } from '../../contract/api-look.ts'
import { EspalierError } from '../../contract/errors.ts'
import { dataSchema } from '../../contract/recipe.ts'
import { openDataset } from '../../data/open.ts'
import { openEngine } from '../../engine/engine.ts'
import type { Store } from '../../store/store.ts'
import { evaluateNetwork } from '../../train/evaluate.ts'
import { loadModel } from '../execute/models.ts'

/**
 * On the data that the model was made for.
 * @throws EspalierError 'model/does-not-fit-data' where it was made for none, 'store/missing', 'data/*', 'input/*'
 */
export async function confusionOf(store: Store, modelId: string, signal: AbortSignal): Promise<Confusion> {
  const { row, network } = await loadModel(store, modelId)
  const dataset = row.datasetId === null ? null : await store.datasets.get(row.datasetId)
  if (dataset === null) {
    const hint = 'Verify it on images first: write from: model:ID in a recipe with data.'
    throw new EspalierError('model/does-not-fit-data', `${row.name} was made for no data that is known.`, hint)
  }
  const { test } = await openDataset(dataSchema.parse(JSON.parse(dataset.source)))
  const engine = await openEngine({ provider: 'cpu' })
  try {
    const { predictions } = await evaluateNetwork(engine, network, test, signal)
    const counts = test.classes.map(() => test.classes.map(() => 0))
    predictions.forEach((answer, index) => (counts[test.labels[index]][answer] += 1))
    return { data: dataset.name, classes: [...test.classes], counts }
  } finally {
    await engine.dispose()
  }
}
