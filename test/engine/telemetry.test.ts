// ONNX Runtime reports nothing and leaves nothing behind: neither logs nor a device number in the user's folders.
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'

let folder: string
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'espalier-telemetry-'))))
afterAll(() => rmSync(folder, { recursive: true }))

it('writes nothing to the home and the temporary folder of a process that computes', async () => {
  const engine = new URL('../../core/engine/engine.ts', import.meta.url).href
  const program = `import { openEngine } from '${engine}'; const engine = await openEngine(); await engine.dispose(); console.log('computed')`
  const places = { HOME: folder, USERPROFILE: folder, TMPDIR: folder, TEMP: folder, XDG_CACHE_HOME: folder }
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    env: { ...process.env, ORT_DISABLE_TELEMETRY: undefined, ...places },
  })
  expect(stdout.trim()).toBe('computed')
  expect(readdirSync(folder)).toEqual([])
})
