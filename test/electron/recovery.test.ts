// A page that vanished comes back by itself; twice in a minute, the user decides.
import { EventEmitter } from 'node:events'
import type { App, MessageBoxOptions } from 'electron'
import { expect, it } from 'vitest'
import { setupRecovery } from '../../electron/recovery.ts'

function shell(answer: number) {
  const app = new EventEmitter()
  const log: string[] = []
  let time = 0
  setupRecovery(app as unknown as App, {
    ask: ({ detail }: MessageBoxOptions) => {
      log.push(`asked: ${detail?.split('.')[0] ?? ''}`)
      return Promise.resolve({ response: answer })
    },
    quit: () => void log.push('quit'),
    now: () => time,
  })
  const contents = { isDestroyed: () => false, reload: () => void log.push('shown again') }
  const fail = async (reason: string, after: number) => {
    time += after
    app.emit('render-process-gone', {}, contents, { reason, exitCode: 1 })
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { fail, log }
}

it('shows the page again after a crash, as often as it comes, where crashes are far between', async () => {
  const { fail, log } = shell(0)
  await fail('crashed', 0)
  await fail('oom', 61_000)
  await fail('clean-exit', 1)
  expect(log).toEqual(['shown again', 'shown again'])
})

it('asks where it fails twice in a minute', async () => {
  const stays = shell(0)
  await stays.fail('oom', 0)
  await stays.fail('oom', 1_000)
  expect(stays.log).toEqual(['shown again', 'asked: The system says: oom', 'shown again'])
  const leaves = shell(1)
  await leaves.fail('oom', 0)
  await leaves.fail('oom', 1_000)
  expect(leaves.log.at(-1)).toBe('quit')
})
