// A server with a recording Api and a small page, and raw requests that a browser would not let a test send.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { request, type IncomingHttpHeaders } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FileDesk } from '../../core/app/files.ts'
import type { Api } from '../../core/contract/api.ts'
import type { JobEvent } from '../../core/contract/events.ts'
import type { Store } from '../../core/store/store.ts'
import { startServer, type RunningServer } from '../../core/serve/server.ts'

export interface Fixture {
  readonly server: RunningServer
  readonly calls: unknown[]
  readonly folder: string
  emit(event: JobEvent): void
  dispose(): Promise<void>
}

export async function startFixture(): Promise<Fixture> {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-serve-'))
  const root = join(folder, 'page')
  mkdirSync(join(root, 'assets'), { recursive: true })
  writeFileSync(join(root, 'index.html'), '<!doctype html><title>Espalier</title>')
  writeFileSync(join(root, 'assets', 'main-abc.js'), 'console.log(1)')
  writeFileSync(join(root, '.hidden.json'), '{}')
  writeFileSync(join(folder, 'secret.json'), '{"secret":true}')
  symlinkSync(join(folder, 'secret.json'), join(root, 'link.json'))
  const calls: unknown[] = []
  const listeners = new Set<(event: JobEvent) => void>()
  const api = {
    'models.list': (input: unknown) => {
      calls.push(input)
      return Promise.resolve([])
    },
  } as unknown as Api
  const subscribe = (listener: (event: JobEvent) => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  const files = new FileDesk({ home: folder, settings: { get: () => Promise.resolve(undefined), set: () => Promise.resolve() } as unknown as Store['settings'] }) // prettier-ignore
  const server = await startServer({ app: { api, subscribe, files }, root, port: 0 })
  return {
    server,
    calls,
    folder,
    emit: (event) => listeners.forEach((listener) => listener(event)),
    async dispose() {
      await server.close()
      rmSync(folder, { recursive: true })
    },
  }
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/** A request exactly as given: node:http sends `path` and `host` unchanged, unlike fetch. */
export function send(
  port: number,
  options: { method?: string; path: string; headers?: Record<string, string>; body?: string },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, method: options.method ?? 'GET', path: options.path, headers: options.headers }) // prettier-ignore
    outgoing.on('response', (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
    })
    outgoing.on('error', reject)
    outgoing.end(options.body)
  })
}

/** Uses the link and returns the cookie, and the key that the page takes out of its address. */
export async function signIn(server: RunningServer): Promise<{ cookie: string; key: string }> {
  const { pathname, search } = new URL(server.link())
  const answer = await send(server.port, { path: pathname + search })
  const key = /^\/#key=([\w-]{43})$/.exec(answer.headers.location ?? '')?.[1] ?? ''
  return { cookie: (answer.headers['set-cookie']?.[0] ?? '').split(';')[0], key }
}
