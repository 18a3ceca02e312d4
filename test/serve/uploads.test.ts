// Files that a browser hands in: kept under a handle that cannot be guessed, in the data folder, whatever they are called.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, sep } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FileDesk } from '../../core/app/files.ts'
import type { Store } from '../../core/store/store.ts'
import { send, signIn, startFixture, type Fixture } from './support.ts'

const code = (text: string): unknown => (JSON.parse(text) as { error?: { code: string } }).error?.code

describe('the upload route', () => {
  let fixture: Fixture
  let signed: Record<string, string>
  beforeAll(async () => {
    fixture = await startFixture()
    const { cookie, key } = await signIn(fixture.server)
    const origin = `http://127.0.0.1:${fixture.server.port}`
    signed = { cookie, origin, 'x-espalier-key': key, 'content-type': 'application/octet-stream' }
  })
  afterAll(() => fixture.dispose())
  const upload = (headers: Record<string, string>, name = 'net.onnx', method = 'POST') =>
    send(fixture.server.port, {
      method,
      path: `/files?name=${name}`,
      headers: { ...signed, ...headers },
      body: 'content',
    })

  it('answers a handle, and no path', async () => {
    const reply = JSON.parse((await upload({})).text) as { value: Record<string, unknown> }
    expect(reply.value).toMatchObject({ name: 'net.onnx', kind: 'network', bytes: 7 })
    expect(Object.keys(reply.value).sort()).toEqual(['at', 'bytes', 'id', 'kind', 'name'])
    expect(reply.value['id']).toMatch(/^[\w-]{32}$/)
  })

  it.each([
    ['no cookie', { cookie: '' }, 401],
    ['no key', { 'x-espalier-key': '' }, 401],
    ['another origin', { origin: 'http://127.0.0.1:1' }, 401],
    ['another host', { host: 'evil.example' }, 401],
    ['the type of a form', { 'content-type': 'multipart/form-data' }, 400],
    ['the type of a form that is text', { 'content-type': 'text/plain' }, 400],
  ])('refuses %s', async (_name, headers, status) => {
    expect((await upload(headers)).status).toBe(status)
  })

  it('refuses what is no POST, has no name, a long one, or one of a kind that is not read', async () => {
    expect((await upload({}, 'net.onnx', 'PUT')).status).toBe(400)
    expect(code((await upload({}, '')).text)).toBe('api/invalid')
    expect(code((await upload({}, `${'x'.repeat(300)}.onnx`)).text)).toBe('api/invalid')
    for (const name of ['run.exe', 'model.pt', 'a.onnx.pkl'])
      expect(code((await upload({}, name)).text)).toBe('files/kind')
  })
})

describe('the desk', () => {
  const home = mkdtempSync(join(tmpdir(), 'espalier-desk-'))
  const kept = new Map<string, unknown>()
  const settings = {
    get: (name: string) => Promise.resolve(kept.get(name)),
    set: (name: string, value: unknown) => Promise.resolve(void kept.set(name, value)),
  } as unknown as Store['settings']
  const open = (): FileDesk => new FileDesk({ home, settings })
  afterAll(() => rmSync(home, { recursive: true }))
  const files = (): string[] =>
    readdirSync(home, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.onnx'))

  it.each([
    '../../escape.onnx',
    '..\\..\\escape.onnx',
    '/etc/cron.d/x.onnx',
    'C:\\x.onnx',
    '.onnx',
    'a\0b.onnx',
    'nul.onnx',
  ])('keeps a file called %j inside its folder', async (name) => {
    const desk = open()
    const { id } = await desk.receive(name, Readable.from([Buffer.from('x')]))
    const { path } = await desk.open(id, 'network')
    expect(path.startsWith(join(home, 'uploads') + sep)).toBe(true)
    expect(path).not.toContain('..')
    expect(readFileSync(path, 'utf8')).toBe('x')
  })

  it('knows no handle but those it gave, and none for another kind', async () => {
    const desk = open()
    const { id } = await desk.receive('a.onnx', Readable.from([Buffer.from('x')]))
    const forged = [`${id.slice(0, -1)}${id.endsWith('A') ? 'B' : 'A'}`, '', '../../a.onnx', '__proto__', 'constructor']
    for (const handle of forged)
      await expect(desk.open(handle, 'network')).rejects.toMatchObject({ code: 'files/handle' })
    await expect(desk.open(id, 'property')).rejects.toMatchObject({ code: 'files/kind' })
  })

  it('leaves nothing of an upload that breaks off', async () => {
    const before = files().length
    const broken = Readable.from((function* () {
      yield Buffer.from('half')
      throw new Error('the line is gone')
    })()) // prettier-ignore
    await expect(open().receive('a.onnx', broken)).rejects.toThrow()
    expect(files().length).toBe(before)
  })

  it('takes no folder, no device and nothing that is not there', async () => {
    const desk = open()
    for (const path of [join(home, 'missing.onnx'), '/dev/zero.onnx']) await expect(desk.add(path)).rejects.toMatchObject({ code: 'input/not-found' }) // prettier-ignore
    const odd = join(home, 'settings.json')
    writeFileSync(odd, '{}')
    await expect(desk.add(odd)).rejects.toMatchObject({ code: 'files/kind' })
  })

  it('does not believe handles that were written into the history', async () => {
    kept.set('files.recent', [{ id: 'x', path: '/etc/passwd' }])
    expect(await open().list()).toEqual([])
  })
})
