// The images of a recipe, opened with every check and recorded in the history.
import type { DataInput } from '../../contract/recipe.ts'
import type { DatasetRow } from '../../contract/rows.ts'
import type { DatasetPair } from '../../data/dataset.ts'
import { openDataset, resolveSource } from '../../data/open.ts'
import type { Store } from '../../store/store.ts'
import { createId } from '../ids.ts'

export interface OpenedDataset {
  readonly pair: DatasetPair
  readonly row: DatasetRow
}

/** The row names the format that was found. A history open for reading gets no row. @throws EspalierError 'data/*', 'input/*' */
export async function openRecorded(store: Store, data: DataInput): Promise<OpenedDataset> {
  const options = await resolveSource(data)
  const pair = await openDataset(options)
  const { train, test } = pair
  const row: DatasetRow = {
    id: createId('data'),
    name: pair.name,
    kind: options.source,
    source: JSON.stringify(options),
    hash: pair.hash,
    trainCount: train.count,
    testCount: test.count,
    shape: [...train.shape],
    classes: [...train.classes],
    createdAt: new Date().toISOString(),
  }
  return { pair, row: store.role === 'reader' ? row : await store.datasets.record(row) }
}
