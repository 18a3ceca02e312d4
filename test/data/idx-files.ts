// Writes small IDX files and folders for the data tests.
import { mkdtempSync, rmSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll } from 'vitest'

/** The bytes of an IDX file of unsigned bytes: magic, extents, body. */
export function idxBytes(magic: number, extents: readonly number[], body: Uint8Array): Buffer {
  const head = Buffer.alloc(4 + 4 * extents.length)
  head.writeUInt32BE(magic, 0)
  extents.forEach((extent, axis) => head.writeUInt32BE(extent, 4 + 4 * axis))
  return Buffer.concat([head, body])
}

export function imagesFile(count: number, height = 2, width = 3): Buffer {
  return idxBytes(
    0x803,
    [count, height, width],
    Uint8Array.from({ length: count * height * width }, (_, k) => k % 256),
  )
}

export function labelsFile(count: number): Buffer {
  return idxBytes(
    0x801,
    [count],
    Uint8Array.from({ length: count }, (_, k) => k % 10),
  )
}

/** All folders of a test file lie in this one: a file that is killed leaves one behind, not each of its hundreds. */
const scratch = mkdtempSync(join(tmpdir(), 'espalier-data-'))
const removeScratch = (): void => rmSync(scratch, { recursive: true, force: true })
// A test that ran into its time limit goes on behind `afterAll`, and what it makes then finds no place any more.
afterAll(removeScratch)
process.once('exit', removeScratch)

/** An empty folder, removed when the test file is done. */
export async function temporaryFolder(): Promise<string> {
  return mkdtemp(join(scratch, 'folder-'))
}

/** A whole folder; `separator` is `-` or `.`; `files` replaces the content of single files. */
export async function idxFolder(
  { gzip = false, separator = '-' } = {},
  files: Readonly<Record<string, Buffer>> = {},
): Promise<string> {
  const folder = await temporaryFolder()
  const contents: Record<string, Buffer> = {
    'train-images': imagesFile(12),
    'train-labels': labelsFile(12),
    't10k-images': imagesFile(5),
    't10k-labels': labelsFile(5),
    ...files,
  }
  for (const [stem, content] of Object.entries(contents)) {
    const type = stem.endsWith('images') ? 'idx3-ubyte' : 'idx1-ubyte'
    const name = `${stem}${separator}${type}${gzip ? '.gz' : ''}`
    await writeFile(join(folder, name), gzip ? gzipSync(content) : content)
  }
  return folder
}
