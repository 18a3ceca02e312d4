// What every dataset format must offer; a format is a member of the recipe's `data` section.
import type { DataInput, DataOptions } from '../contract/recipe/data.ts'
import type { DatasetPair } from './dataset.ts'

/** The options that name a format; `auto` names none. */
export type DataSource = Exclude<DataOptions, { readonly source: 'auto' }>
export type DataKind = DataSource['source']

/** The options of one format, and as they are written: defaults left out. */
export type OptionsOf<K extends DataKind> = Extract<DataSource, { readonly source: K }>
export type InputOf<K extends DataKind> = Extract<DataInput, { readonly source: K }>

/** One format: `detect` judges by content, never by the name alone, and answers null for what is not its own. */
export interface DatasetFormat<K extends DataKind> {
  readonly title: string
  detect(path: string): Promise<InputOf<K> | null>
  open(options: OptionsOf<K>): Promise<DatasetPair>
}
