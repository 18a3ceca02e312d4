// What the data tests share: the shape of a coded error, files of a folder, and the fixtures that other programs wrote.
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect } from 'vitest'
import { temporaryFolder } from './idx-files.ts'

/** Matches an EspalierError with this code, whose message has these words in this order, and a hint. */
export const coded = (code: string, ...words: string[]): unknown =>
  expect.objectContaining({
    code,
    message: expect.stringMatching(new RegExp(words.join('[^]*'))) as unknown,
    hint: expect.stringMatching(/./) as unknown,
  })

export const fixture = (name: string): string => join(import.meta.dirname, 'files', name)

export async function fixtureBytes(name: string): Promise<Buffer> {
  return readFile(fixture(name))
}

/** A new folder with these files: bytes or text, or `{ from }` a fixture. */
export async function folderOf(
  files: Readonly<Record<string, Uint8Array | string | { readonly from: string }>>,
): Promise<string> {
  const folder = await temporaryFolder()
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name)
    await mkdir(dirname(path), { recursive: true })
    if (typeof content === 'object' && 'from' in content) await copyFile(fixture(content.from), path)
    else await writeFile(path, content)
  }
  return folder
}
