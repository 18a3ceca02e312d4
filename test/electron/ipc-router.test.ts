// The IPC router: hostile senders and payloads never reach the core; good calls do, and errors come back as data.
import type { IpcMain, WebFrameMain } from 'electron'
import { describe, expect, it } from 'vitest'
import { apiSchemas, type Api } from '../../core/contract/api.ts'
import { EspalierError } from '../../core/contract/errors.ts'
import type { WireReply } from '../../core/contract/wire.ts'
import { channelOf } from '../../electron/channels.ts'
import { isTrusted, setupIpcRouter } from '../../electron/ipc-router.ts'

type Handler = (
  event: { senderFrame: Partial<WebFrameMain> | null },
  ...inputs: unknown[]
) => Promise<WireReply<unknown>>
const ours = { url: 'app://espalier/#/runs', parent: null }

function route() {
  const handlers = new Map<string, Handler>()
  const reached: unknown[] = []
  const api = {
    'jobs.get': (input: unknown) => {
      reached.push(input)
      return Promise.reject(new EspalierError('job/unknown', 'There is no job x.', 'Look at the list of jobs.'))
    },
    'jobs.list': (input: unknown) => {
      reached.push(input)
      return Promise.resolve([])
    },
  } as unknown as Api
  const ipcMain = { handle: (channel: string, handler: Handler) => void handlers.set(channel, handler) }
  setupIpcRouter(ipcMain as unknown as Pick<IpcMain, 'handle'>, api)
  const call = (channel: string, frame: Partial<WebFrameMain> | null, ...inputs: unknown[]) =>
    handlers.get(channel)?.({ senderFrame: frame }, ...inputs)
  return { handlers, reached, call }
}

describe('IPC router', () => {
  it('has exactly one channel per method', () => {
    expect([...route().handlers.keys()].sort()).toEqual(
      Object.keys(apiSchemas)
        .map((name) => `espalier:call:${name}`)
        .sort(),
    )
  })

  it('validates input, fills in defaults and answers', async () => {
    const { call, reached } = route()
    expect(await call(channelOf('jobs.list'), ours, { limit: 5 })).toEqual({ ok: true, value: [] })
    expect(reached).toEqual([{ limit: 5, offset: 0 }])
  })

  it('answers errors of the core as data', async () => {
    const reply = await route().call(channelOf('jobs.get'), ours, { id: 'x' })
    expect(reply).toEqual({
      ok: false,
      error: { code: 'job/unknown', message: 'There is no job x.', hint: 'Look at the list of jobs.' },
    })
  })

  it.each([
    ['no frame', null],
    ['another origin', { url: 'https://example.org/', parent: null }],
    ['a lookalike host', { url: 'app://espalier.example/', parent: null }],
    ['a file', { url: 'file:///tmp/index.html', parent: null }],
    ['an embedded frame of ours', { url: 'app://espalier/', parent: ours as unknown as WebFrameMain }],
    ['a blank page', { url: 'about:blank', parent: null }],
  ])('refuses calls from %s', async (_name, frame) => {
    const { call, reached } = route()
    expect(await call(channelOf('jobs.list'), frame, {})).toMatchObject({
      ok: false,
      error: { code: 'api/unauthorised' },
    })
    expect(reached).toEqual([])
    expect(isTrusted(frame as WebFrameMain | null)).toBe(false)
  })

  it.each([
    ['a wrong type', [{ limit: 'all' }]],
    ['an unknown key', [{ limit: 1, sql: 'drop table jobs' }]],
    ['a prototype', [JSON.parse('{"__proto__": {"limit": 1}, "constructor": 1}')]],
    ['a string', ['jobs']],
    ['null', [null]],
    ['nothing', []],
    ['two arguments', [{}, {}]],
    ['a huge number', [{ limit: 1e9 }]],
  ])('refuses %s as input', async (_name, inputs) => {
    const { call, reached } = route()
    expect(await call(channelOf('jobs.list'), ours, ...(inputs as unknown[]))).toMatchObject({ ok: false })
    expect(reached).toEqual([])
  })
})
