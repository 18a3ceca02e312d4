// espalier serve answers its own page and nobody else.
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { bodyLimit } from '../../core/serve/api-route.ts'
import { send, signIn, startFixture, type Fixture } from './support.ts'

let fixture: Fixture
let port: number
let cookie: string
let key: string

beforeAll(async () => {
  fixture = await startFixture()
  port = fixture.server.port
  ;({ cookie, key } = await signIn(fixture.server))
})
afterAll(() => fixture.dispose())

const call = (headers: Record<string, string>, body = '{}', method = 'models.list') =>
  send(port, {
    method: 'POST',
    path: `/api/${method}`,
    headers: {
      ...{ origin: `http://127.0.0.1:${port}`, 'content-type': 'application/json', cookie, 'x-espalier-key': key },
      ...headers,
    },
    body,
  })
const code = (text: string): unknown => (JSON.parse(text) as { error: { code: string } }).error.code

describe('the link', () => {
  it('sets a cookie that scripts cannot read and other sites cannot send, and hides the token', async () => {
    const link = new URL(fixture.server.link())
    const answer = await send(port, { path: link.pathname + link.search })
    expect(answer.status).toBe(303)
    expect(answer.headers.location).toMatch(/^\/#key=[\w-]{43}$/)
    expect(answer.headers['set-cookie']?.[0]).toMatch(/^espalier-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/)
    expect(fixture.server.link()).not.toBe(link.href)
  })

  it('works once', async () => {
    const { pathname, search } = new URL(fixture.server.link())
    expect((await send(port, { path: pathname + search })).status).toBe(303)
    expect((await send(port, { path: pathname + search })).status).toBe(401)
  })

  it('used again by the browser that used it leads to the page, without another key', async () => {
    const { pathname, search } = new URL(fixture.server.link())
    await send(port, { path: pathname + search })
    const again = await send(port, { path: pathname + search, headers: { cookie } })
    expect([again.status, again.headers.location, again.headers['set-cookie']]).toEqual([303, '/', undefined])
  })

  it('of a wrong token opens nothing, and says what to do', async () => {
    const answer = await send(port, { path: '/?token=guess', headers: { accept: 'text/html' } })
    expect(answer.status).toBe(401)
    expect(answer.headers['set-cookie']).toBeUndefined()
    expect(answer.text).toContain('espalier serve')
  })
})

describe('the page', () => {
  it('comes with the strict policy', async () => {
    const answer = await send(port, { path: '/', headers: { cookie } })
    expect(answer.status).toBe(200)
    expect(answer.text).toContain('<title>Espalier</title>')
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'")
    expect(answer.headers['x-content-type-options']).toBe('nosniff')
    expect(answer.headers['x-frame-options']).toBe('DENY')
  })

  it('needs the cookie, its scripts too', async () => {
    expect((await send(port, { path: '/' })).status).toBe(401)
    expect((await send(port, { path: '/assets/main-abc.js' })).status).toBe(401)
    expect((await send(port, { path: '/', headers: { cookie: cookie.replace(/.$/, '!') } })).status).toBe(401)
    expect((await send(port, { path: '/assets/main-abc.js', headers: { cookie } })).text).toBe('console.log(1)')
  })

  it.each([
    '/../secret.json',
    '/%2e%2e/secret.json',
    '/assets/..%2f..%2fsecret.json',
    '/..%5csecret.json',
    '/%252e%252e/secret.json',
    '/assets/%00/../../secret.json',
    '//etc/passwd',
    '/link.json',
    '/.hidden.json',
    '/%zz',
  ])('never leaves its folder: %s', async (path) => {
    const answer = await send(port, { path, headers: { cookie } })
    expect(answer.status).toBe(404)
    expect(answer.text).not.toContain('secret":')
  })

  it.each(['evil.example', 'evil.example:80', '127.0.0.1.evil.example', '192.168.1.7'])(
    'is not served under the name %j (DNS rebinding)',
    async (host) => {
      expect((await send(port, { path: '/', headers: { cookie, host } })).status).toBe(401)
    },
  )

  it.each(['//', '/\\', 'http://['])('is not at the malformed address %j', async (path) => {
    const answer = await send(port, { path, headers: { cookie } })
    expect([answer.status, code(answer.text)]).toEqual([400, 'api/invalid'])
  })

  it('is served under localhost with the port of an ssh tunnel', async () => {
    expect((await send(port, { path: '/', headers: { cookie, host: 'localhost:8080' } })).status).toBe(200)
  })
})

describe('calls', () => {
  it('reach the Api with validated input', async () => {
    const answer = await call({})
    expect(JSON.parse(answer.text)).toEqual({ ok: true, value: [] })
    expect(fixture.calls.at(-1)).toEqual({ limit: 200, offset: 0 })
  })

  it.each([
    ['no cookie', { cookie: '' }, 401],
    ['the cookie alone, which browsers show to every port', { 'x-espalier-key': '' }, 401],
    ['a guessed key', { 'x-espalier-key': 'x'.repeat(43) }, 401],
    ['another origin', { origin: 'http://evil.example' }, 401],
    ['another port of this machine', { origin: 'http://127.0.0.1:1' }, 401],
    ['the null origin of a sandboxed frame', { origin: 'null' }, 401],
    ['a form', { 'content-type': 'text/plain' }, 400],
  ])('with %s are refused', async (_name, headers, status) => {
    const before = fixture.calls.length
    expect((await call(headers)).status).toBe(status)
    expect(fixture.calls.length).toBe(before)
  })

  it('without any Origin are refused', async () => {
    const headers = { 'content-type': 'application/json', cookie, 'x-espalier-key': key }
    expect((await send(port, { method: 'POST', path: '/api/models.list', headers, body: '{}' })).status).toBe(401)
    expect((await send(port, { path: '/api/models.list', headers: { cookie } })).status).toBe(400)
  })

  it('with wrong input, an unknown method or broken JSON answer coded errors', async () => {
    const wrong = await call({}, '{"limit":"many"}')
    expect([wrong.status, code(wrong.text)]).toEqual([400, 'api/invalid'])
    const extra = await call({}, '{"limit":1,"x":1}')
    expect(code(extra.text)).toBe('api/invalid')
    const unknown = await call({}, '{}', 'toString')
    expect([unknown.status, code(unknown.text)]).toEqual([404, 'api/unknown'])
    expect(code((await call({}, '{"limit":')).text)).toBe('api/invalid')
  })

  it('over the size limit are refused, said or not said in advance', async () => {
    const body = JSON.stringify({ text: 'x'.repeat(bodyLimit) })
    const announced = await call({ 'content-length': String(Buffer.byteLength(body)) }, body).catch(() => null)
    const chunked = await call({ 'transfer-encoding': 'chunked' }, body).catch(() => null)
    for (const answer of [announced, chunked]) {
      // The server may close before the whole body is sent: either way nothing is read further.
      if (answer !== null) expect([answer.status, code(answer.text)]).toEqual([413, 'api/too-large'])
    }
    expect([announced, chunked].some((answer) => answer !== null)).toBe(true)
  })
})

describe('events', () => {
  const open = (headers: Record<string, string>, path = '/events', protocols = ['espalier', key]) =>
    new Promise<WebSocket | number>((resolve) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, { headers })
      socket.on('open', () => resolve(socket))
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0))
      socket.on('error', () => undefined)
    })

  it('arrive in order', async () => {
    const socket = await open({ cookie, origin: `http://127.0.0.1:${port}` })
    if (typeof socket === 'number') throw new Error(`refused with ${socket}`)
    expect(socket.protocol).toBe('espalier')
    const received: number[] = []
    const two = new Promise<void>((resolve) => {
      socket.on('message', (data: Buffer) => {
        received.push((JSON.parse(data.toString('utf8')) as { sequence: number }).sequence)
        if (received.length === 2) resolve()
      })
    })
    const event = { jobId: 'j', time: new Date().toISOString(), body: { type: 'state', state: 'running' } } as const
    fixture.emit({ ...event, sequence: 1 })
    fixture.emit({ ...event, sequence: 2 })
    await two
    expect(received).toEqual([1, 2])
    socket.terminate()
  })

  it.each([
    ['no cookie', { cookie: '' }, '/events'],
    ['another origin', { origin: 'http://evil.example' }, '/events'],
    ['another host', { host: 'evil.example' }, '/events'],
    ['another path', {}, '/other'],
  ])('are refused with %s', async (_name, headers, path) => {
    expect(await open({ cookie, origin: `http://127.0.0.1:${port}`, ...headers }, path)).toBe(401)
  })

  it.each([
    ['no key', []],
    ['another key', ['espalier', 'x'.repeat(43)]],
    ['the key in the wrong place', ['KEY', 'espalier']],
  ])('are refused with %s', async (_name, protocols) => {
    const given = protocols.map((one) => (one === 'KEY' ? key : one))
    expect(await open({ cookie, origin: `http://127.0.0.1:${port}` }, '/events', given)).toBe(401)
  })

  it('survive pages that hang up while they are refused', async () => {
    const head = 'GET /events HTTP/1.1\r\nHost: evil.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'
    for (let i = 0; i < 30; i++) {
      await new Promise<void>((resolve) => {
        const socket = connect(port, '127.0.0.1', () => {
          socket.write(head, () => socket.resetAndDestroy())
        })
        socket.on('error', () => undefined)
        socket.on('close', () => resolve())
      })
    }
    expect((await send(port, { path: '/', headers: { cookie } })).status).toBe(200)
  })
})
