// Bundles we made ourselves, as archives and as folders.
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { unzipSync, zip, type AsyncZippable, type AsyncZipOptions } from 'fflate'
import { EspalierError } from '../../contract/errors.ts'
import type { BundleFile } from './manifest.ts'

/** The bytes of a ZIP archive. Entries carry one fixed date: equal content, equal archive. */
export function zipBundle(files: readonly BundleFile[]): Promise<Uint8Array> {
  const entries: AsyncZippable = {}
  for (const { name, content } of files)
    entries[name] = [new Uint8Array(content), { level: name.endsWith('.gz') ? 0 : 6, mtime: '2000-01-01T00:00:00' }]
  const pack = promisify<AsyncZippable, AsyncZipOptions, Uint8Array>(zip)
  return pack(entries, { consume: false })
}

/** An archive as it is where the name ends in .zip, else as a folder that is new or empty. @throws EspalierError 'input/unreadable' */
export async function writeBundle(path: string, archive: Uint8Array): Promise<void> {
  try {
    if (path.toLowerCase().endsWith('.zip')) await writeFile(path, archive)
    else await writeFolder(path, unzipSync(archive))
  } catch (cause) {
    if (cause instanceof EspalierError) throw cause
    const problem = `${path} cannot be written: ${(cause as Error).message}`
    throw new EspalierError('input/unreadable', problem, 'Choose another place.', { cause })
  }
}

async function writeFolder(folder: string, files: Readonly<Record<string, Uint8Array>>): Promise<void> {
  await mkdir(folder, { recursive: true })
  if ((await readdir(folder)).length > 0) {
    const hint = 'Choose a new folder, or a name that ends in .zip.'
    throw new EspalierError('input/unreadable', `${folder} is not empty.`, hint)
  }
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, content)
  }
}
