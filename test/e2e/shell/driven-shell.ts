// The built main process around the stand-in for Electron, in a process of its own, and a page of Chromium that takes it for Electron.
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import type { FromShell, Served, ToShell } from './protocol.ts'

const root = join(import.meta.dirname, '../../..')
const out = join(root, 'dist/electron')
type Question = ToShell extends infer M ? (M extends { id: number } ? Omit<M, 'id'> : never) : never

export class DrivenShell {
  readonly log: string[] = []
  readonly windows: object[] = []
  private readonly child: ChildProcess
  private readonly waiting = new Map<number, (value: unknown) => void>()
  private readonly listeners: ((event: unknown) => void)[] = []
  private count = 0

  constructor(home: string) {
    const preload = join(import.meta.dirname, 'resolve-electron.ts')
    this.child = fork(join(out, 'electron/main.js'), [], {
      execArgv: ['--import', preload],
      env: { ...process.env, ESPALIER_HOME: join(home, 'data'), STAND_IN_PROFILE: join(home, 'profile') },
    })
    this.child.on('message', (message: FromShell) => this.hear(message))
  }

  ask(question: Question): Promise<unknown> {
    const id = (this.count += 1)
    return new Promise((resolve) => {
      this.waiting.set(id, resolve)
      this.child.send({ ...question, id })
    })
  }

  /** Resolves once `text` is in the log. */
  async logged(text: string): Promise<void> {
    for (const end = Date.now() + 120_000; !this.log.includes(text);) {
      if (Date.now() > end) throw new Error(`'${text}' was not logged:\n${this.log.join('\n')}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  async ended(): Promise<number | null> {
    if (this.child.exitCode === null) await once(this.child, 'exit')
    return this.child.exitCode
  }

  kill(): void {
    this.child.kill('SIGKILL')
  }

  /** Makes `page` a window of this shell: our files, the built preload, calls and events over the stand-in. */
  async open(page: Page, address: string): Promise<void> {
    await page.route(`${address}**`, async (route) => {
      const path = route.request().url().slice(address.length)
      const served = (await this.ask({ type: 'fetch', url: `app://espalier/${path}` })) as Served
      await route.fulfill({ status: served.status, headers: served.headers, body: Buffer.from(served.body, 'base64') })
    })
    await page.exposeFunction('standInInvoke', (channel: string, input: unknown) =>
      this.ask({ type: 'invoke', channel, from: 'app://espalier/', inputs: [input] }),
    )
    await page.addInitScript(`{
      const heard = new Set()
      window.standInEvent = (event) => heard.forEach((listener) => listener({}, event))
      const standIn = {
        contextBridge: { exposeInMainWorld: (name, value) => { window[name] = value } },
        ipcRenderer: {
          invoke: (channel, input) => window.standInInvoke(channel, input),
          on: (_channel, listener) => heard.add(listener),
          off: (_channel, listener) => heard.delete(listener),
        },
        webUtils: { getPathForFile: () => '' },
      }
      const require = () => standIn
      const exports = {}, module = { exports }
      ${readFileSync(join(out, 'preload.cjs'), 'utf8')}
    }`)
    this.listeners.push((event) => {
      page.evaluate((one) => (window as unknown as { standInEvent: (e: unknown) => void }).standInEvent(one), event).catch(() => undefined) // prettier-ignore
    })
    await page.goto(address)
  }

  private hear(message: FromShell): void {
    if (message.type === 'log') this.log.push(message.text)
    else if (message.type === 'window') this.windows.push(message.options)
    else if (message.type === 'answer') this.waiting.get(message.id)?.(message.value)
    else if (message.window === 0) for (const listener of this.listeners) listener(message.event)
  }
}
