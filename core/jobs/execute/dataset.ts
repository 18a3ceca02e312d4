// The images of a recipe, opened with every check and recorded in the history.
import type { DataOptions } from '../../contract/recipe.ts'
import type { DatasetRow } from '../../contract/rows.ts'
import type { DatasetPair } from '../../data/dataset.ts'
import { openDataset } from '../../data/open.ts'
import type { DataSource } from '../../data/source.ts'
import type { Store } from '../../store/store.ts'
import { createId } from '../ids.ts'

export interface OpenedDataset {
  readonly pair: DatasetPair
  readonly row: DatasetRow
}

/** A history open for reading gets no row. @throws EspalierError 'data/*', 'input/*' */
export async function openRecorded(store: Store, options: DataOptions): Promise<OpenedDataset> {
  const pair = await openDataset(sourceOf(options))
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

function sourceOf(options: DataOptions): DataSource {
  if (options.source === 'idx') return { kind: 'idx', directory: options.directory }
  const { seed, train, test } = options
  return { kind: 'sample', seed, train, test }
}
