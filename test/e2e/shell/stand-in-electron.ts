// Stands in for the module `electron` in a plain Node process, driven by the test over the process channel: what main.ts asks for, it keeps.
import { fork } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { MenuItemConstructorOptions, MessageBoxOptions, OpenDialogOptions } from 'electron'
import type { FromShell, ToShell } from './protocol.ts'

type Handler = (event: object, ...inputs: unknown[]) => unknown

const send = (message: FromShell): void => {
  if (process.connected) process.send?.(message)
}
const profile = process.env['STAND_IN_PROFILE'] ?? ''

class App extends EventEmitter {
  readonly isPackaged = true
  enableSandbox(): void {
    send({ type: 'log', text: 'sandbox' })
  }
  requestSingleInstanceLock(): boolean {
    return true
  }
  whenReady(): Promise<void> {
    send({ type: 'log', text: 'ready' })
    return Promise.resolve()
  }
  getPath(): string {
    return profile
  }
  quit(): void {
    const event = { prevented: false, preventDefault: () => (event.prevented = true) }
    this.emit('before-quit', event)
    if (!event.prevented) process.exit(0)
  }
  exit(code: number): void {
    process.exit(code)
  }
  addRecentDocument(path: string): void {
    send({ type: 'log', text: `recent: ${path}` })
  }
  clearRecentDocuments(): void {
    send({ type: 'log', text: 'nothing is recent' })
  }
}
export const app = new App()

export class BrowserWindow extends EventEmitter {
  static readonly windows: BrowserWindow[] = []
  static getAllWindows = (): BrowserWindow[] => BrowserWindow.windows
  static getFocusedWindow = (): BrowserWindow | null => BrowserWindow.windows.at(0) ?? null
  url = ''
  readonly webContents: object
  constructor(options: object) {
    super()
    const index = BrowserWindow.windows.push(this) - 1
    this.webContents = {
      getURL: () => this.url,
      send: (_channel: string, event: unknown) => send({ type: 'event', window: index, event }),
    }
    send({ type: 'window', index, options: JSON.parse(JSON.stringify(options)) as object })
  }
  loadURL(url: string): Promise<void> {
    this.url = url
    send({ type: 'log', text: url })
    return Promise.resolve()
  }
  close(): void {
    const event = { prevented: false, preventDefault: () => (event.prevented = true) }
    this.emit('close', event)
    if (event.prevented) return
    BrowserWindow.windows.splice(BrowserWindow.windows.indexOf(this), 1)
    if (BrowserWindow.windows.length === 0) app.emit('window-all-closed')
  }
  isDestroyed = (): boolean => !BrowserWindow.windows.includes(this)
  isMinimized = (): boolean => false
  isMaximized = (): boolean => false
  getNormalBounds = (): object => ({ x: 10, y: 10, width: 1280, height: 800 })
  setProgressBar = (share: number): void => send({ type: 'log', text: `progress ${share}` })
  show = (): void => undefined
  focus = (): void => undefined
}

export const dialog = {
  /** Every folder that is asked for is this one. */
  showOpenDialog: ({ properties }: OpenDialogOptions) =>
    Promise.resolve(
      properties?.includes('openDirectory') === true
        ? { canceled: false, filePaths: [profile] }
        : { canceled: true, filePaths: [] },
    ),
  showErrorBox: (title: string, content: string) => send({ type: 'log', text: `${title}: ${content}` }),
  showMessageBox: (options: MessageBoxOptions) => {
    send({ type: 'log', text: `asked: ${options.message}` })
    return Promise.resolve({ response: pressed, checkboxChecked: false })
  },
}
/** The button that the next question is answered with. */
let pressed = 0

const handlers = new Map<string, Handler>()
export const ipcMain = { handle: (channel: string, handler: Handler) => void handlers.set(channel, handler) }

let menu: MenuItemConstructorOptions[] = []
export const Menu = {
  buildFromTemplate: (template: MenuItemConstructorOptions[]) => template,
  setApplicationMenu: (template: MenuItemConstructorOptions[]) => (menu = template),
}
export class Notification extends EventEmitter {
  static isSupported = (): boolean => true
  show(): void {
    send({ type: 'log', text: 'notification' })
  }
}
export const powerSaveBlocker = {
  start: () => (send({ type: 'log', text: 'awake' }), 1),
  stop: () => send({ type: 'log', text: 'may sleep' }),
}

let serve: ((request: { url: string; method: string }) => Promise<Response>) | null = null
export const protocol = {
  registerSchemesAsPrivileged: () => send({ type: 'log', text: 'scheme' }),
  handle: (_scheme: string, handler: typeof serve) => (serve = handler),
}
export const screen = { getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }] }
const ignore = (): void => undefined
export const session = {
  defaultSession: {
    ...{ setPermissionRequestHandler: ignore, setPermissionCheckHandler: ignore, setDevicePermissionHandler: ignore },
    ...{ on: ignore, webRequest: { onBeforeRequest: ignore } },
  },
}

/** Utility processes speak over `process.parentPort`: the prelude puts one on Node's own channel. */
export const utilityProcess = {
  fork: (path: string) => {
    const prelude = fileURLToPath(new URL('./parent-port-prelude.ts', import.meta.url))
    const child = fork(path, [], { execArgv: ['--import', prelude], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
    return Object.assign(child, { postMessage: (message: object) => void child.send(message) })
  },
}

process.on('message', (message: ToShell) => {
  void answer(message).then(
    (value) => send({ type: 'answer', id: message.id, value }),
    (thrown: unknown) => send({ type: 'answer', id: message.id, value: String(thrown) }),
  )
})

async function answer(message: ToShell): Promise<unknown> {
  if (message.type === 'invoke') {
    const handler = handlers.get(message.channel)
    const senderFrame = { url: message.from, parent: null }
    return handler === undefined ? 'no handler' : handler({ senderFrame }, ...message.inputs)
  }
  if (message.type === 'fetch') {
    const response = (await serve?.({ url: message.url, method: 'GET' })) ?? Response.error()
    const body = Buffer.from(await response.arrayBuffer()).toString('base64')
    return { status: response.status, headers: Object.fromEntries(response.headers), body }
  }
  if (message.type === 'menu') {
    const items = menu.flatMap(({ submenu }) => (Array.isArray(submenu) ? submenu : []))
    const item = items.find(({ label }) => label === message.label)
    ;(item?.click as (() => void) | undefined)?.()
    return item !== undefined
  }
  if (message.type === 'start') return app.emit('second-instance', {}, message.args, profile)
  pressed = message.answer
  BrowserWindow.windows.at(0)?.close()
  return null
}
