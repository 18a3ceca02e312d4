// The real command line in a process of its own, with a home that is thrown away.
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runCli } from '../../core/cli/cli.ts'

const main = fileURLToPath(new URL('../../core/cli/main.ts', import.meta.url))

export interface Finished {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

export interface Running {
  readonly child: ChildProcess
  readonly finished: Promise<Finished>
  /** Resolves when stdout or stderr holds the pattern. */
  says(pattern: RegExp): Promise<void>
}

export interface Bench {
  readonly folder: string
  readonly home: string
  start(...args: string[]): Running
  /** The same in this process: quick, for commands that end by themselves. */
  run(...args: string[]): Promise<Finished>
  /** Writes a file into the folder and returns its path. */
  file(name: string, content: string | Uint8Array): string
  dispose(): void
}

export function openBench(): Bench {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-cli-'))
  const home = join(folder, 'home')
  const start = (...args: string[]): Running => {
    const env = { ...process.env, ESPALIER_HOME: home, NO_COLOR: '1', NODE_OPTIONS: '' }
    const child = spawn(process.execPath, [main, ...args], { env, cwd: folder })
    let out = ''
    let err = ''
    const watchers = new Set<() => void>()
    const heard = (): void => {
      for (const watcher of [...watchers]) watcher()
    }
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text
      heard()
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text
      heard()
    })
    const finished = new Promise<Finished>((resolve) => child.on('close', (code) => resolve({ code, out, err })))
    const says = (pattern: RegExp): Promise<void> =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!pattern.test(out + err)) return
          watchers.delete(look)
          resolve()
        }
        watchers.add(look)
        look()
        void finished.then(() => reject(new Error(`it ended without saying ${String(pattern)}:\n${out}${err}`)))
      })
    return { child, finished, says }
  }
  return {
    folder,
    home,
    start,
    run: async (...args) => {
      const text = { out: '', err: '' }
      const stream = (name: 'out' | 'err') => ({
        write: (chunk: Uint8Array | string) => {
          text[name] += String(chunk)
          return true
        },
      })
      const given = args.includes('--home') ? args : [...args, '--home', home]
      const code = await runCli(given, { out: stream('out'), err: stream('err') })
      return { code, ...text }
    },
    file: (name, content) => {
      const path = join(folder, name)
      writeFileSync(path, content)
      return path
    },
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  }
}
