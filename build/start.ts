// `npm start`: Electron where its binary is or can be fetched; otherwise one line, and the same app in the browser.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '..')
const electronFolder = dirname(createRequire(import.meta.url).resolve('electron/package.json'))
const fetchMilliseconds = 180_000

function built(script: string): void {
  const { status } = spawnSync('npm', ['run', '--silent', script], { cwd: root, stdio: 'inherit', shell: onWindows })
  if (status !== 0) process.exit(status ?? 1)
}

/** Electron's executable, fetched if it is missing; or why there is none. */
function findElectron(): { readonly path: string } | { readonly why: string } {
  if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY'])
    return { why: 'There is no display for Electron' }
  if (!existsSync(join(electronFolder, 'path.txt'))) {
    const fetched = spawnSync(process.execPath, [join(electronFolder, 'install.js')], { timeout: fetchMilliseconds })
    if (fetched.status !== 0) return { why: "Electron's binary is not here and could not be fetched" }
  }
  const path: unknown = createRequire(import.meta.url)('electron')
  return typeof path === 'string' && existsSync(path) ? { path } : { why: "Electron's binary is not here" }
}

const onWindows = process.platform === 'win32'
process.stdout.write('Building the interface …\n')
built('build:renderer')
const electron = findElectron()
if ('path' in electron) built('build:electron')
else process.stdout.write(`${electron.why}: opening the same app in your browser.\n`)
const [program, args] =
  'path' in electron
    ? ([electron.path, [root]] as const)
    : ([process.execPath, [join(root, 'core/cli/main.ts'), 'serve', '--open']] as const)
const child = spawn(program, [...args, ...process.argv.slice(2)], { stdio: 'inherit' })
// Ctrl-C reaches the child by itself: wait for it to end in order.
process.on('SIGINT', () => undefined)
child.on('exit', (code) => process.exit(code ?? 0))
