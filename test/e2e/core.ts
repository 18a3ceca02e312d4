// A real core: `espalier serve` in a process of its own, on a home of its own.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

export class ServedCore {
  readonly home: string
  link = ''
  private process: ChildProcess | null = null
  private output = ''

  constructor(home = mkdtempSync(join(tmpdir(), 'espalier-e2e-'))) {
    this.home = home
  }

  /** Everything it wrote since it was started last. */
  get said(): string {
    return this.output
  }

  get pid(): number | undefined {
    return this.process?.pid
  }

  /** Starts the server; resolves with its one-time link. */
  async start(port = 0): Promise<string> {
    const args = [join(root, 'core/cli/main.ts'), 'serve', '--home', this.home, '--port', String(port), '--json']
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    this.process = child
    this.output = ''
    this.link = await new Promise<string>((resolve, reject) => {
      const read = (text: string) => {
        this.output += text
        const link = /http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]+/.exec(this.output)?.[0]
        if (link !== undefined) resolve(link)
      }
      child.stdout.setEncoding('utf8').on('data', read)
      child.stderr.setEncoding('utf8').on('data', read)
      child.on('exit', (code) => reject(new Error(`espalier serve ended with ${code}:\n${this.output}`)))
    })
    return this.link
  }

  /** The newest one-time link: printed again whenever one was used. */
  async nextLink(): Promise<string> {
    const used = this.link
    for (let wait = 0; wait < 100; wait++) {
      const links = this.output.match(/http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]+/g) ?? []
      const last = links.at(-1)
      if (last !== undefined && last !== used) return (this.link = last)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    throw new Error(`No new link was printed:\n${this.output}`)
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.process
    if (child === null || child.exitCode !== null) return
    const exited = once(child, 'exit')
    child.kill(signal)
    await exited
    this.process = null
  }

  remove(): void {
    rmSync(this.home, { recursive: true, force: true })
  }
}
