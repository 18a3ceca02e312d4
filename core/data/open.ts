// The one way to a dataset: from its options, or from a path whose format is found by looking inside.
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { EspalierError } from '../contract/errors.ts'
import { dataSchema, type DataInput } from '../contract/recipe/data.ts'
import { cifarFormat } from './cifar/format.ts'
import { csvFormat } from './csv/format.ts'
import type { DatasetPair } from './dataset.ts'
import { inputError } from './files.ts'
import { listFolder } from './folder.ts'
import { idxFormat } from './idx/format.ts'
import { imagesFormat } from './images/format.ts'
import { withinMemory } from './memory.ts'
import { npyFormat } from './npy/format.ts'
import { sampleFormat } from './sample/format.ts'
import type { DataKind, DatasetFormat, DataSource, OptionsOf } from './source.ts'
import { svhnFormat } from './svhn/format.ts'

/** The total registry of dataset formats, in the order in which a path is tried. */
export const datasetFormats: { readonly [K in DataKind]: DatasetFormat<K> } = {
  idx: idxFormat,
  cifar: cifarFormat,
  svhn: svhnFormat,
  npy: npyFormat,
  images: imagesFormat,
  csv: csvFormat,
  sample: sampleFormat,
}

/** Folders inside folders that are looked through for the one that holds the data. */
const deepest = 3

/** Opens a dataset, with every check. @throws EspalierError `data/*` or `input/*`, naming the file */
export async function openDataset(options: DataInput): Promise<DatasetPair> {
  const source = await resolveSource(options)
  const name = 'directory' in source ? source.directory : source.source
  return withinMemory(name, () => openAs(source.source, source))
}

/** The options with the format named: those of `auto` are found by looking. @throws EspalierError as `detectSource` */
export async function resolveSource(options: DataInput): Promise<DataSource> {
  const parsed = dataSchema.parse(options)
  return parsed.source === 'auto' ? detectSource(parsed.directory) : parsed
}

/**
 * The format of a file or folder, by its content; a folder that holds nothing but another folder stands for that one.
 * @throws EspalierError `input/*`, `data/unknown-format`
 */
export async function detectSource(path: string): Promise<DataSource> {
  const entry = await stat(path).catch((cause: unknown) => {
    throw inputError(path, cause)
  })
  const formats = Object.values(datasetFormats)
  let folder = path
  for (let depth = 0; depth < deepest; depth++) {
    for (const format of formats) {
      const source = await format.detect(folder)
      if (source !== null) return dataSchema.parse(source) as DataSource
    }
    const only = entry.isDirectory() ? await onlyFolderIn(folder) : null
    if (only === null) break
    folder = only
  }
  throw new EspalierError(
    'data/unknown-format',
    `${path} holds no dataset that Espalier can read.`,
    `Readable are: ${formats.map((format) => format.title).join('; ')}. More in docs/data.md.`,
  )
}

/** The only folder in a folder, whatever files lie beside it; null where there is none or more than one. */
async function onlyFolderIn(path: string): Promise<string | null> {
  const { folders } = await listFolder(path)
  return folders.length === 1 ? join(path, folders[0]) : null
}

function openAs<K extends DataKind>(kind: K, options: OptionsOf<K>): Promise<DatasetPair> {
  return datasetFormats[kind].open(options)
}
