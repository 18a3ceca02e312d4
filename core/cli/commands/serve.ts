// `espalier serve`: the app in a browser, on this machine only.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import type { App } from '../../app.ts'
import { EspalierError } from '../../contract/errors.ts'
import type { JobRow } from '../../contract/rows.ts'
import { startServer } from '../../serve/server.ts'
import type { Shell } from '../context.ts'

const builtInterface = fileURLToPath(new URL('../../../dist/renderer', import.meta.url))

/** How each system opens a link; elsewhere as freedesktop systems do. */
const openers: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
}

export function addServe(program: Command, shell: Shell): void {
  const command = program.command('serve').description('open the app in a browser, on this machine only')
  command.option('--port <n>', 'port on 127.0.0.1; 0: any free one', '0')
  command.option('--open', 'open the browser too')
  shell.define(command, async ({ terminal, open }) => {
    const options = command.opts<{ port: string; open?: boolean }>()
    const port = readPort(options.port)
    if (!existsSync(join(builtInterface, 'index.html')))
      throw new EspalierError('input/not-found', 'The interface is not built.', 'Run: npm run build:renderer')
    const app = await open('prefer-write', 'serve')
    const server = await startServer({
      app,
      root: builtInterface,
      port,
      onLinkUsed: () => terminal.note(`  signed in; a link for another browser: ${server.link()}`),
    })
    terminal.value({ url: server.link(), port: server.port })
    terminal.print(
      `\n  Espalier is at ${server.link()}\n\n  The link works once. Stop with Ctrl-C; over ssh: ssh -L ${server.port}:127.0.0.1:${server.port} HOST\n`,
    )
    if (options.open === true) openBrowser(server.link())
    await interrupted()
    terminal.note('  stopping …')
    for (const { id, title, name } of await running(app))
      terminal.note(`  paused: ${title === '' ? name : title}; go on in the app, or: espalier run --resume ${id}`)
    await server.close()
    return undefined
  })
}

/** The jobs that closing pauses; what cannot be asked stops nothing. */
async function running(app: App): Promise<readonly JobRow[]> {
  const queue = await app.api['jobs.queue']({}).catch(() => null)
  return queue?.running ?? []
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
