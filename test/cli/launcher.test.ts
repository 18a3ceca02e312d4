// The launcher that npm links as `espalier`: it runs under the Node that the machine has.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const launcher = fileURLToPath(new URL('../../core/cli/espalier.mjs', import.meta.url))
const run = (node: string, ...args: string[]) => spawnSync(node, [launcher, ...args], { encoding: 'utf8' })

const olderNode = ['/usr/local/bin/node', '/usr/bin/node'].find((path) => {
  const major = Number(/^v(\d+)/.exec(spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout)?.[1] ?? 99)
  return major >= 18 && major < 24
})
if (olderNode === undefined) console.log('skipped: no Node older than 24 here to start the launcher with')

it('starts the command line', () => {
  const { status, stdout } = run(process.execPath, '--version')
  expect([status, stdout]).toEqual([0, '0.1.0\n'])
})

it.skipIf(olderNode === undefined)(
  'starts itself again with Node 24 under an older one, and passes the exit code on',
  () => {
    expect(run(olderNode ?? '', '--version').stdout).toBe('0.1.0\n')
    const { status, stderr } = run(olderNode ?? '', 'bloom')
    expect(status).toBe(2)
    expect(stderr).toContain("unknown command 'bloom'")
  },
)
