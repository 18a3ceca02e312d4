// Where a dataset comes from, and what every dataset format must offer.
import type { DataOptions } from '../contract/recipe.ts'
import type { DatasetPair } from './dataset.ts'

/** A closed union on `kind`; a new format adds a member here and a row in the registry. */
export type DataSource =
  | { readonly kind: 'sample'; readonly seed?: number; readonly train?: number; readonly test?: number }
  | { readonly kind: 'idx'; readonly directory: string; readonly classes?: readonly string[] }

export type DataKind = DataSource['kind']

/** The source of one kind. */
export type SourceOf<K extends DataKind> = Extract<DataSource, { readonly kind: K }>

/** One format: `detect` judges by content, never by the name alone, and answers null for what is not its own. */
export interface DatasetFormat<K extends DataKind> {
  readonly title: string
  detect(path: string): Promise<SourceOf<K> | null>
  open(source: SourceOf<K>): Promise<DatasetPair>
}

/** The source that a recipe's `data` section names. */
export function sourceFromOptions(options: DataOptions): DataSource {
  if (options.source === 'idx') return { kind: 'idx', directory: options.directory }
  return { kind: 'sample', seed: options.seed, train: options.train, test: options.test }
}
