// Downloads a dataset of the catalogue, only when asked: file by file, each verified, archives unpacked.
import { basename, join } from 'node:path'
import { extract } from 'tar'
import { EspalierError } from '../../contract/errors.ts'
import { catalogue, type CatalogueEntry } from './entries.ts'
import { fetchFile } from './fetch-file.ts'

export interface DownloadRequest {
  readonly entry: CatalogueEntry
  /** Folder that gets the files; made where it is not there. */
  readonly directory: string
  readonly signal: AbortSignal
  /** The file at work, its bytes that are there, and all of them. */
  readonly onProgress: (name: string, bytes: number, all: number) => void
}

/** @throws EspalierError `download/unknown` */
export function catalogueEntry(name: string): CatalogueEntry {
  const entry = catalogue.find((candidate) => candidate.name === name)
  if (entry !== undefined) return entry
  throw new EspalierError(
    'download/unknown',
    `The catalogue has no ${name}.`,
    `It has ${catalogue.map((known) => known.name).join(', ')}.`,
  )
}

/**
 * Fetches what is not there yet, and unpacks it; an archive is kept, so that another call finds it. Every byte that is used
 * was compared with the catalogue's SHA-256.
 * @throws EspalierError `download/*`, `job/cancelled`
 */
export async function download({ entry, directory, signal, onProgress }: DownloadRequest): Promise<void> {
  for (const file of entry.files) {
    await fetchFile({
      file,
      addresses: entry.mirrors.map((mirror) => new URL(file.name, mirror).href),
      path: join(directory, file.name),
      signal,
      onProgress: (bytes) => onProgress(file.name, bytes, file.bytes),
    })
  }
  if (entry.unpack === undefined) return
  const { archive, take } = entry.unpack
  await extract({
    file: join(directory, archive),
    cwd: directory,
    strip: 1,
    filter: (path) => take.test(basename(path)),
  })
}
