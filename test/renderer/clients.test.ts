// Both transports: values come back, errors come back as the project's own, events arrive, lost lines are mended.
import { describe, expect, it, vi } from 'vitest'
import { EspalierError } from '../../core/contract/errors.ts'
import type { JobEvent } from '../../core/contract/events.ts'
import type { Bridge } from '../../core/contract/wire.ts'
import { BridgeClient } from '../../renderer/client/bridge-client.ts'
import { HttpClient, type HttpEnvironment } from '../../renderer/client/http-client.ts'
import { keptKey, takeKey } from '../../renderer/client/key.ts'

const event: JobEvent = {
  sequence: 1,
  jobId: 'j',
  time: '2026-01-01T00:00:00Z',
  body: { type: 'state', state: 'running' },
}
const failure = {
  ok: false,
  error: { code: 'job/unknown', message: 'There is no job x.', hint: 'Look again.' },
} as const

function environment(answer: () => Promise<Response>) {
  const sockets: EventTarget[] = []
  const waiting: { action: () => void; milliseconds: number }[] = []
  const asked: { url: string; init: RequestInit }[] = []
  const http: HttpEnvironment = {
    origin: 'http://127.0.0.1:1234',
    key: () => 'the-key',
    fetch: (url, init) => {
      asked.push({ url, init })
      return answer()
    },
    openSocket: (url, protocols) => {
      const socket = Object.assign(new EventTarget(), { url, protocols })
      sockets.push(socket)
      return socket as unknown as WebSocket
    },
    later: (action, milliseconds) => void waiting.push({ action, milliseconds }),
  }
  return { client: new HttpClient(http), sockets, waiting, asked }
}
const json = (value: unknown) => () => Promise.resolve(new Response(JSON.stringify(value)))

describe('over HTTP', () => {
  it('posts JSON to the method and returns its value', async () => {
    const { client, asked } = environment(json({ ok: true, value: [] }))
    expect(await client.call('jobs.list', { limit: 3 })).toEqual([])
    expect(asked[0].url).toBe('/api/jobs.list')
    expect(asked[0].init).toMatchObject({
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-espalier-key': 'the-key' },
      body: '{"limit":3}',
    })
  })

  it('throws the core’s errors, and its own where nobody answers or no reply comes', async () => {
    const refused = await environment(json(failure))
      .client.call('jobs.get', { id: 'x' })
      .catch((e: unknown) => e)
    expect(refused).toBeInstanceOf(EspalierError)
    expect(refused).toMatchObject(failure.error)
    await expect(
      environment(() => Promise.reject(new TypeError('fetch failed'))).client.call('jobs.list', {}),
    ).rejects.toMatchObject({ code: 'internal', hint: expect.stringContaining('espalier serve') as string })
    await expect(
      environment(() => Promise.resolve(new Response('<html>', { status: 502 }))).client.call('jobs.list', {}),
    ).rejects.toThrow(/HTTP 502/)
  })

  it('hears events, ignores what is none, and mends a lost line with growing patience', async () => {
    const { client, sockets, waiting } = environment(json({ ok: true, value: {} }))
    const heard: JobEvent[] = []
    const line: string[] = []
    client.onLine((now) => line.push(now))
    const stop = client.subscribe((one) => heard.push(one))
    expect(sockets).toHaveLength(1)
    expect(sockets[0]).toMatchObject({ url: 'ws://127.0.0.1:1234/events', protocols: ['espalier', 'the-key'] })
    const send = (data: string) => sockets.at(-1)?.dispatchEvent(Object.assign(new Event('message'), { data }))
    send(JSON.stringify(event))
    send('{"sequence": "one"}')
    expect(heard).toEqual([event])
    for (let turn = 0; turn < 3; turn++) {
      sockets.at(-1)?.dispatchEvent(new Event('close'))
      await vi.waitFor(() => expect(waiting).toHaveLength(turn + 1))
      waiting.at(-1)?.action()
    }
    expect(waiting.map(({ milliseconds }) => milliseconds)).toEqual([500, 1000, 2000])
    sockets.at(-1)?.dispatchEvent(new Event('open'))
    expect(line).toEqual(['lost', 'up'])
    stop()
    send(JSON.stringify(event))
    expect(heard).toHaveLength(1)
  })

  it.each([
    ['nobody answers', () => Promise.reject(new TypeError('fetch failed')), 'silent'],
    ['another program answers', () => Promise.resolve(new Response('<html>', { status: 404 })), 'silent'],
    [
      'a server answers that was started anew',
      json({ ok: false, error: { code: 'api/unauthorised', message: 'Not signed in.', hint: 'Open the link.' } }),
      'signed-out',
    ],
  ])('tells why the line stays lost where %s, and goes on when it is back', async (_name, answer, why) => {
    const { client, sockets, waiting } = environment(answer)
    const line: string[] = []
    client.onLine((now) => line.push(now))
    client.subscribe(() => undefined)
    for (let turn = 0; turn < 2; turn++) {
      sockets.at(-1)?.dispatchEvent(new Event('close'))
      await vi.waitFor(() => expect(waiting).toHaveLength(turn + 1))
      waiting.at(-1)?.action()
    }
    sockets.at(-1)?.dispatchEvent(new Event('open'))
    expect(line).toEqual(['lost', why, 'up'])
  })
})

describe('the key of a page', () => {
  function page(hash: string) {
    const kept = new Map<string, string>()
    const addresses: string[] = []
    const window = {
      location: { hash },
      history: { replaceState: (_state: unknown, _title: string, address: string) => void addresses.push(address) },
      localStorage: {
        getItem: (name: string) => kept.get(name) ?? null,
        setItem: (name: string, value: string) => kept.set(name, value),
      },
    } as unknown as Pick<Window, 'location' | 'history' | 'localStorage'>
    return { window, addresses }
  }

  it('is taken out of the address, kept for the next reload, and empty where the page was never signed in', () => {
    const { window, addresses } = page('#key=abc')
    takeKey(window)
    expect([keptKey(window), addresses]).toEqual(['abc', ['#/']])
    window.location.hash = '#/runs'
    takeKey(window)
    expect([keptKey(window), addresses]).toEqual(['abc', ['#/']])
    expect(keptKey(page('#/runs').window)).toBe('')
  })
})

describe('over Electron’s bridge', () => {
  it('calls the named function and unwraps its reply', async () => {
    const bridge = {
      'jobs.get': () => Promise.resolve(failure),
      'jobs.list': () => Promise.resolve({ ok: true, value: [] }),
      subscribe: () => () => 0,
    }
    const client = new BridgeClient(bridge as unknown as Bridge)
    expect(await client.call('jobs.list', {})).toEqual([])
    await expect(client.call('jobs.get', { id: 'x' })).rejects.toMatchObject(failure.error)
  })
})
