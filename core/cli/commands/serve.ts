// `espalier serve`: the app in a browser, on this machine only.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import type { App } from '../../app.ts'
import { EspalierError } from '../../contract/errors.ts'
import { startServer, type RunningServer, type ServeOptions } from '../../serve/server.ts'
import type { Shell } from '../context.ts'
import type { Terminal } from '../terminal.ts'

const builtInterface = fileURLToPath(new URL('../../../dist/renderer', import.meta.url))

/**
 * What browsers keep for a page, as its theme and the draft of its wizard, they keep for one port: so it is the same one
 * every time, unless another program has it.
 */
export const usualPort = 8747

/** How each system opens a link; elsewhere as freedesktop systems do. */
const openers: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
}

export function addServe(program: Command, shell: Shell): void {
  const command = program.command('serve').description('open the app in a browser, on this machine only')
  command.option('--port <n>', `port on 127.0.0.1; 0: any free one (default: ${usualPort}, or a free one)`)
  command.option('--open', 'open the browser too')
  shell.define(command, async ({ terminal, open }) => {
    const options = command.opts<{ port?: string; open?: boolean; home?: string }>()
    const port = options.port === undefined ? null : readPort(options.port)
    if (!existsSync(join(builtInterface, 'index.html')))
      throw new EspalierError('input/not-found', 'The interface is not built.', 'Run: npm run build:renderer')
    const app = await open('prefer-write', 'serve')
    const server = await startOn(port, {
      app,
      root: builtInterface,
      onLinkUsed: () => terminal.note(`  signed in; a link for another browser: ${server.link()}`),
    })
    terminal.value({ url: server.link(), port: server.port })
    terminal.print(
      `\n  Espalier is at ${server.link()}\n\n  The link works once. Stop with Ctrl-C; over ssh: ssh -L ${server.port}:127.0.0.1:${server.port} HOST\n`,
    )
    if (options.open === true) openBrowser(server.link())
    await interrupted()
    await stop(app, server, terminal, options.home === undefined ? '' : ` --home ${options.home}`)
    return undefined
  })
}

/** @param port null: the usual one, or any free one where that is taken */
async function startOn(port: number | null, options: Omit<ServeOptions, 'port'>): Promise<RunningServer> {
  if (port !== null) return startServer({ ...options, port })
  return startServer({ ...options, port: usualPort }).catch(() => startServer({ ...options, port: 0 }))
}

/**
 * Pauses what runs, and says what became of it and how it goes on.
 * @param home the flag that names the data folder, where one was given
 */
async function stop(app: App, server: RunningServer, terminal: Terminal, home: string): Promise<void> {
  // What cannot be asked stops nothing.
  const queue = await app.api['jobs.queue']({}).catch(() => null)
  const running = new Map(queue?.running.map(({ id, title, name }) => [id, title === '' ? name : title]))
  const waiting = queue?.queued.length ?? 0
  terminal.note(running.size === 0 ? '  stopping …' : `  pausing ${[...running.values()].join(', ')} …`)
  const paused: string[] = []
  app.subscribe(({ jobId, body }) => {
    if (body.type === 'state' && body.state === 'interrupted' && running.has(jobId)) paused.push(jobId)
  })
  await server.close()
  await app.dispose()
  for (const id of paused)
    terminal.note(
      `  paused: ${running.get(id) ?? id}. What is finished is kept.\n` +
        `  It goes on with Resume in the app, or with: npx espalier run --resume ${id}${home}`,
    )
  if (waiting > 0)
    terminal.note(`  waiting: ${waiting === 1 ? '1 job' : `${waiting} jobs`}, until Espalier is started again`)
  terminal.note(`  stopped; start again with: npx espalier serve${home}`)
}

function readPort(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw new EspalierError(
    'cli/usage',
    `--port is '${text}'; it must be a whole number up to 65535.`,
    'Leave it out for any free port.',
  )
}

function openBrowser(link: string): void {
  const [program, ...rest] = openers[process.platform] ?? ['xdg-open']
  // Without a browser the printed link is still there: not an error.
  spawn(program, [...rest, link], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref()
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
  })
}
