// The smaller parts of the shell: bridge, events, single instance, menu, window state, power, job processes.
import { EventEmitter } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { App, BrowserWindowConstructorOptions, IpcRenderer } from 'electron'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JobEvent } from '../../core/contract/events.ts'
import type { JobState } from '../../core/contract/rows.ts'
import { createBridge } from '../../electron/bridge.ts'
import { eventsChannel } from '../../electron/channels.ts'
import { setupEvents } from '../../electron/events.ts'
import { utilityLauncher, type ForkUtility } from '../../electron/job-process.ts'
import { menuTemplate } from '../../electron/menu.ts'
import { parentPortOf } from '../../electron/parent-port.ts'
import { setupPowerSave } from '../../electron/power-save.ts'
import { setupSingleInstance } from '../../electron/single-instance.ts'
import { readWindowState, writeWindowState } from '../../electron/window-state.ts'
import { openWindow } from '../../electron/windows.ts'

let folder: string
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'espalier-shell-'))))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const stateEvent = (jobId: string, state: JobState, sequence = 1): JobEvent => ({
  sequence,
  jobId,
  time: '2026-01-01T00:00:00Z',
  body: { type: 'state', state },
})

function eventSource() {
  const listeners = new Set<(event: JobEvent) => void>()
  const subscribe = (listener: (event: JobEvent) => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  return { listeners, subscribe, emit: (event: JobEvent) => listeners.forEach((listener) => listener(event)) }
}

describe('bridge', () => {
  it('has one function per method and hands the page events without their sender', async () => {
    const ipc = new EventEmitter() as EventEmitter & { invoke: (channel: string, input: unknown) => Promise<unknown> }
    ipc.invoke = (channel, input) => Promise.resolve({ channel, input })
    const noPaths = { getPathForFile: () => '' }
    const bridge = createBridge(ipc as unknown as IpcRenderer, noPaths, ['jobs.list', 'app.info'])
    expect(Object.keys(bridge).sort()).toEqual(['app.info', 'chooseData', 'giveFile', 'jobs.list', 'subscribe'])
    expect(await bridge['jobs.list']({})).toEqual({ channel: 'espalier:call:jobs.list', input: {} })
    const heard: unknown[][] = []
    const stop = bridge.subscribe((...args) => void heard.push(args))
    ipc.emit(eventsChannel, { sender: 'secret' }, stateEvent('1', 'done'))
    stop()
    ipc.emit(eventsChannel, {}, stateEvent('2', 'done'))
    expect(heard).toEqual([[stateEvent('1', 'done')]])
  })
})

describe('events', () => {
  it('go to live windows that show our page, and to no other', () => {
    const sent: string[] = []
    const window = (name: string, url: string, destroyed = false) => ({
      isDestroyed: () => destroyed,
      webContents: { getURL: () => url, send: () => void sent.push(name) },
    })
    const windows = [window('a', 'app://espalier/'), window('b', 'about:blank'), window('c', 'app://espalier/', true)]
    const source = eventSource()
    const stop = setupEvents(source.subscribe, () => windows)
    source.emit(stateEvent('1', 'running'))
    expect(sent).toEqual(['a'])
    stop()
    expect(source.listeners.size).toBe(0)
  })
})

describe('single instance', () => {
  it('gives way to a running one; a second start shows the window', () => {
    expect(
      setupSingleInstance({ requestSingleInstanceLock: () => false, on: () => 0 } as unknown as App, () => []),
    ).toBe(false)
    const app = new EventEmitter() as EventEmitter & { requestSingleInstanceLock: () => boolean }
    app.requestSingleInstanceLock = () => true
    const done: string[] = []
    const window = {
      isMinimized: () => true,
      restore: () => void done.push('restore'),
      focus: () => void done.push('focus'),
    }
    expect(setupSingleInstance(app as unknown as App, () => [window])).toBe(true)
    app.emit('second-instance')
    expect(done).toEqual(['restore', 'focus'])
  })
})

describe('menu', () => {
  it('leads to places of the app and has developer tools only where not packaged', () => {
    const visited: string[] = []
    const menu = (packaged: boolean) =>
      menuTemplate({
        ...{ platform: 'linux', packaged, go: (hash: string) => void visited.push(hash) },
        openWindow: () => void visited.push('window'),
        openFiles: () => void visited.push('open'),
        recent: [],
        clearRecent: () => void visited.push('clear'),
      })
    const flat = JSON.stringify(menu(true))
    expect(flat).not.toContain('toggleDevTools')
    expect(JSON.stringify(menu(false))).toContain('toggleDevTools')
    for (const { submenu } of menu(true))
      for (const item of Array.isArray(submenu) ? submenu : []) (item.click as (() => void) | undefined)?.()
    expect(visited).toEqual([
      ...[
        '#/wizard/goal',
        'window',
        'open',
        '#/',
        '#/data',
        '#/models',
        '#/runs',
        '#/compare',
        '#/compute',
        '#/settings',
        '#/guide',
      ],
    ])
    const none = (): void => undefined
    const mac = { go: none, openWindow: none, openFiles: none, recent: [], clearRecent: none }
    expect(menuTemplate({ platform: 'darwin', packaged: true, ...mac })[0]).toEqual({ role: 'appMenu' })
  })
})

describe('window', () => {
  const screen = { x: 0, y: 0, width: 1920, height: 1080 }
  const bounds = { x: 100, y: 50, width: 1200, height: 700 }

  it('comes back where it was, unless that is out of sight or damaged', () => {
    const file = join(folder, 'window.json')
    expect(readWindowState(file, [screen])).toBeNull()
    writeWindowState(file, { bounds, maximized: true })
    expect(readWindowState(file, [screen])).toEqual({ bounds, maximized: true })
    expect(readWindowState(file, [{ x: 5000, y: 0, width: 1920, height: 1080 }])).toBeNull()
    writeFileSync(file, '{"bounds": {"x": "everywhere"}}')
    expect(readWindowState(file, [screen])).toBeNull()
  })

  it('loads our page, shows itself when ready, remembers its place when closed', async () => {
    const stateFile = join(folder, 'opened.json')
    const seen: string[] = []
    const made = Object.assign(new EventEmitter(), {
      maximize: () => void seen.push('maximize'),
      isMaximized: () => false,
      getNormalBounds: () => bounds,
      show: () => void seen.push('show'),
      loadURL: (url: string) => Promise.resolve(void seen.push(url)),
    })
    let options: BrowserWindowConstructorOptions = {}
    await openWindow({
      create: (given) => {
        options = given
        return made as never
      },
      screens: () => [screen],
      stateFile,
      preload: '/preload.cjs',
      packaged: true,
    })
    made.emit('ready-to-show')
    made.emit('close')
    expect(options.show).toBe(false)
    expect(seen).toEqual(['app://espalier/', 'show'])
    expect(readWindowState(stateFile, [screen])).toEqual({ bounds, maximized: false })
  })
})

describe('power', () => {
  it('keeps the computer awake while any job runs, once', () => {
    const calls: string[] = []
    const blocker = { start: () => (calls.push('start'), 7), stop: (id: number) => calls.push(`stop ${id}`) > 0 }
    const source = eventSource()
    const stop = setupPowerSave(blocker, source.subscribe)
    source.emit(stateEvent('a', 'running'))
    source.emit(stateEvent('b', 'running'))
    source.emit(stateEvent('a', 'done'))
    expect(calls).toEqual(['start'])
    source.emit(stateEvent('b', 'interrupted'))
    expect(calls).toEqual(['start', 'stop 7'])
    source.emit(stateEvent('c', 'running'))
    stop()
    expect(calls).toEqual(['start', 'stop 7', 'start', 'stop 7'])
  })
})

describe('job process', () => {
  it('carries messages both ways, keeps the end of stderr, and reports one exit', () => {
    const stderr = new EventEmitter()
    const posted: unknown[] = []
    const child = Object.assign(new EventEmitter(), {
      pid: 42,
      stderr,
      postMessage: (m: unknown) => void posted.push(m),
      kill: () => true,
    })
    const forked: unknown[] = []
    const launch = utilityLauncher(
      ((...args: unknown[]) => (forked.push(args[0]), child)) as unknown as ForkUtility,
      '/child.js',
    )
    const process = launch()
    const heard: unknown[] = []
    process.onMessage((message) => heard.push(message))
    process.onExit((exit) => heard.push(exit))
    process.send({ type: 'stop' })
    child.emit('message', { type: 'ready' })
    stderr.emit('data', Buffer.from(`${'x'.repeat(5_000)}out of memory`))
    child.emit('exit', 9)
    child.emit('exit', 9)
    process.send({ type: 'stop' })
    expect([forked, process.pid, posted]).toEqual([['/child.js'], 42, [{ type: 'stop' }]])
    expect(heard[0]).toEqual({ type: 'ready' })
    expect(heard).toHaveLength(2)
    expect(heard[1]).toMatchObject({ code: 9, errorOutput: expect.stringMatching(/^x{3987}out of memory$/) as string })
  })

  it('unwraps what the core sends to its port', async () => {
    const port = Object.assign(new EventEmitter(), { postMessage: () => undefined })
    const ours = parentPortOf(port)
    const heard: unknown[] = []
    ours.onMessage((message) => heard.push(message))
    port.emit('message', { data: { type: 'stop' } })
    expect(heard).toEqual([{ type: 'stop' }])
    await ours.flushed()
  })
})
