// Reading the files that people give: what is wrong is said with the name of the file, as they know it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exportOnnx } from '../../core/io/index.ts'
import { inspectFiles } from '../../core/jobs/files/inspect.ts'
import { buildArchitecture } from '../../core/nn/index.ts'

let folder: string
/** As an upload lies there: under a name of our own. */
const kept = (content: string | Uint8Array, name: string) => {
  const path = join(folder, 'kept')
  writeFileSync(path, content)
  return { path, name }
}
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'espalier-given-'))))
afterAll(() => rmSync(folder, { recursive: true }))

describe('a file that cannot be read', () => {
  it('is named: a network', async () => {
    await expect(inspectFiles(kept('a letter', 'my net (2).onnx'), null)).rejects.toMatchObject({
      code: 'model/corrupt',
      message: expect.stringMatching(/^my net \(2\)\.onnx: This is not a sound ONNX model/) as string,
    })
  })

  it('is named: a property', async () => {
    await expect(inspectFiles(null, kept('(assert', 'p.vnnlib'))).rejects.toMatchObject({
      code: 'property/syntax',
      message: expect.stringMatching(/^p\.vnnlib: /) as string,
    })
  })

  it('is named once where its path is in the message already', async () => {
    const gone = { path: join(folder, 'gone.onnx'), name: 'gone.onnx' }
    await expect(inspectFiles(gone, null)).rejects.toMatchObject({ message: `${gone.path} does not exist.` })
  })
})

it('reads a network under any name', async () => {
  const file = kept(exportOnnx(buildArchitecture('net1', [1, 8, 8], 3)), 'x')
  expect((await inspectFiles(file, null)).network?.neurons).toBe(112)
})
