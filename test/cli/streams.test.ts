// The command line in a process of its own whose readers leave or whose output cannot be written.
import { spawn } from 'node:child_process'
import { closeSync, existsSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'

const main = fileURLToPath(new URL('../../core/cli/main.ts', import.meta.url))
let home: string
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'espalier-streams-'))
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

/** `data list` with what its stdout and stderr are; `leave` closes the reading ends at once. */
function list(stdout: 'pipe' | number, leave: boolean): Promise<{ code: number | null; err: string }> {
  const child = spawn(process.execPath, [main, 'data', 'list', '--home', home], { stdio: ['ignore', stdout, 'pipe'] })
  let err = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (err += text))
  if (leave) child.stdout?.destroy()
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, err })))
}

it('a reader that leaves early is nobody’s error', async () => {
  expect(await list('pipe', true)).toEqual({ code: 0, err: '' })
})

it.skipIf(!existsSync('/dev/full'))('a result that cannot be written is an error, not a stack trace', async () => {
  const full = openSync('/dev/full', 'w')
  const { code, err } = await list(full, false)
  closeSync(full)
  expect(code).toBe(3)
  expect(err).toMatch(/^error input\/unreadable\n {2}The result could not be written to stdout: ENOSPC/)
  expect(err).not.toContain('    at ')
})
