// The one way to a dataset: from its source, or from a path whose format is found by looking inside.
import { EspalierError } from '../contract/errors.ts'
import type { DatasetPair } from './dataset.ts'
import { idxFormat } from './idx/format.ts'
import { sampleFormat } from './sample/format.ts'
import type { DataKind, DatasetFormat, DataSource, SourceOf } from './source.ts'

/** The total registry of dataset formats. */
export const datasetFormats: { readonly [K in DataKind]: DatasetFormat<K> } = {
  idx: idxFormat,
  sample: sampleFormat,
}

/** Opens a dataset, with every check. @throws EspalierError `data/*` or `input/*`, naming the file */
export function openDataset(source: DataSource): Promise<DatasetPair> {
  return openAs(source.kind, source)
}

/** The source a path stands for, by its content. @throws EspalierError `input/*`, `data/unknown-format` */
export async function detectSource(path: string): Promise<DataSource> {
  const formats = Object.values(datasetFormats)
  for (const format of formats) {
    const source = await format.detect(path)
    if (source !== null) return source
  }
  throw new EspalierError(
    'data/unknown-format',
    `${path} holds no dataset that Espalier can read.`,
    `Readable are: ${formats.map((format) => format.title).join('; ')}.`,
  )
}

function openAs<K extends DataKind>(kind: K, source: SourceOf<K>): Promise<DatasetPair> {
  return datasetFormats[kind].open(source)
}
