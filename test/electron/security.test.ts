// What a page must not do is denied: checked on doubles of Electron's app, session and page.
import type { App, Session, WebContents } from 'electron'
import { describe, expect, it } from 'vitest'
import { denyNavigation, networkPatterns, setupSecurity } from '../../electron/security.ts'
import { windowOptions } from '../../electron/windows.ts'

type Listener = (...args: unknown[]) => unknown

function emitter() {
  const listeners = new Map<string, Listener>()
  const on = (name: string, listener: Listener) => void listeners.set(name, listener)
  return { on, listeners }
}

function sessionDouble() {
  const set: Record<string, Listener> = {}
  const keep = (name: string) => (listener: Listener) => void (set[name] = listener)
  const webRequest = {
    onBeforeRequest: (filter: { urls: string[] }, listener: Listener) => {
      expect(filter.urls).toEqual(networkPatterns)
      set['request'] = listener
    },
  }
  const session = {
    setPermissionRequestHandler: keep('ask'),
    setPermissionCheckHandler: keep('check'),
    setDevicePermissionHandler: keep('device'),
    on: (name: string, listener: Listener) => void (set[name] = listener),
    webRequest,
  }
  return { set, session: session as unknown as Session }
}

function visit(name: string, url: string): boolean {
  const { on, listeners } = emitter()
  denyNavigation({ on, setWindowOpenHandler: () => undefined } as unknown as WebContents)
  let prevented = false
  listeners.get(name)?.({ url, preventDefault: () => (prevented = true) })
  return prevented
}

describe('security', () => {
  it.each(['will-navigate', 'will-frame-navigate', 'will-redirect'])('%s stays on our origin', (name) => {
    expect(visit(name, 'https://example.org/')).toBe(true)
    expect(visit(name, 'file:///etc/passwd')).toBe(true)
    expect(visit(name, 'javascript:alert(1)')).toBe(true)
    expect(visit(name, 'app://espalier/#/runs')).toBe(false)
  })

  it('opens no windows and embeds no pages, in any page that is ever made', () => {
    const app = emitter()
    setupSecurity(app as unknown as App, sessionDouble().session)
    const page = emitter()
    let opened: unknown
    const contents = {
      ...page,
      setWindowOpenHandler: (handler: Listener) => (opened = handler({ url: 'https://a.b/' })),
    }
    app.listeners.get('web-contents-created')?.({}, contents)
    expect(opened).toEqual({ action: 'deny' })
    let prevented = false
    page.listeners.get('will-attach-webview')?.({ preventDefault: () => (prevented = true) })
    expect(prevented).toBe(true)
  })

  it('cancels every network request', () => {
    const { set, session } = sessionDouble()
    setupSecurity(emitter() as unknown as App, session)
    let answer: unknown
    set['request']({ url: 'https://example.org/' }, (value: unknown) => (answer = value))
    expect(answer).toEqual({ cancel: true })
    expect(networkPatterns.map((pattern) => pattern.split(':')[0])).toEqual([
      'http',
      'https',
      'ws',
      'wss',
      'ftp',
      'file',
    ])
  })

  it('saves what the page made, and nothing from elsewhere', () => {
    const { set, session } = sessionDouble()
    setupSecurity(emitter() as unknown as App, session)
    const saves = (url: string) => {
      let prevented = false
      set['will-download']({ preventDefault: () => (prevented = true) }, { getURL: () => url })
      return !prevented
    }
    expect(saves('blob:app://espalier/3f2c')).toBe(true)
    const others = ['https://example.org/a.exe', 'data:text/html,x', 'blob:app://espalier.evil/1', 'app://espalier/a', 'blob:null/1'] // prettier-ignore
    expect(others.filter(saves)).toEqual([])
  })

  it('grants no permission but copying text, and that to our page alone', () => {
    const { set, session } = sessionDouble()
    setupSecurity(emitter() as unknown as App, session)
    const asked = (permission: string, requestingUrl: string) => {
      let granted: unknown
      set['ask']({}, permission, (value: unknown) => (granted = value), { requestingUrl })
      return granted
    }
    for (const permission of ['media', 'geolocation', 'notifications', 'clipboard-read', 'usb', 'openExternal'])
      expect(asked(permission, 'app://espalier/')).toBe(false)
    expect(asked('clipboard-sanitized-write', 'app://espalier/')).toBe(true)
    expect(asked('clipboard-sanitized-write', 'https://example.org/')).toBe(false)
    expect(set['check']({}, 'media', 'app://espalier')).toBe(false)
    expect(set['device']({})).toBe(false)
  })

  it('hardens the window', () => {
    expect(windowOptions({ preload: '/p.cjs', packaged: true }).webPreferences).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      devTools: false,
    })
    expect(windowOptions({ preload: '/p.cjs', packaged: false }).webPreferences?.devTools).toBe(true)
  })
})
