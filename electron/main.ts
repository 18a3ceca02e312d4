// Electron's main process: composes the parts; each part is a function of what it needs and is tested with doubles.
import { join } from 'node:path'
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  powerSaveBlocker,
  protocol,
  screen,
  session,
  utilityProcess,
} from 'electron'
import { createApp } from '../core/app.ts'
import { toErrorData } from '../core/contract/errors.ts'
import { resolveHome } from '../core/home.ts'
import { schemePrivileges, setupAppScheme } from './app-scheme.ts'
import { setupEvents } from './events.ts'
import { setupIpcRouter } from './ipc-router.ts'
import { utilityLauncher } from './job-process.ts'
import { menuTemplate } from './menu.ts'
import { appUrl } from './origin.ts'
import { setupPowerSave } from './power-save.ts'
import { setupSecurity } from './security.ts'
import { setupSingleInstance } from './single-instance.ts'
import { openWindow } from './windows.ts'

const here = import.meta.dirname

protocol.registerSchemesAsPrivileged([schemePrivileges])
app.enableSandbox()

if (setupSingleInstance(app, () => BrowserWindow.getAllWindows())) {
  start().catch((thrown: unknown) => {
    const { message, hint } = toErrorData(thrown)
    dialog.showErrorBox('Espalier cannot start', `${message}\n\n${hint}`)
    app.exit(1)
  })
} else {
  app.quit()
}

async function start(): Promise<void> {
  await app.whenReady()
  setupSecurity(app, session.defaultSession)
  setupAppScheme(protocol, join(here, '../../renderer'))
  const core = await createApp({
    home: resolveHome(),
    shell: 'electron',
    launcher: utilityLauncher(
      (path, args, options) => utilityProcess.fork(path, args, options),
      join(here, 'child.js'),
    ),
  })
  const subscribe = core.subscribe.bind(core)
  setupIpcRouter(ipcMain, core.api)
  const stopEvents = setupEvents(subscribe, () => BrowserWindow.getAllWindows())
  const stopPowerSave = setupPowerSave(powerSaveBlocker, subscribe)
  quitAfter(async () => {
    stopEvents()
    stopPowerSave()
    await core.dispose()
  })
  const open = () =>
    openWindow({
      create: (options) => new BrowserWindow(options),
      screens: () => screen.getAllDisplays().map((display) => display.workArea),
      stateFile: join(app.getPath('userData'), 'window.json'),
      preload: join(here, '../preload.cjs'),
      packaged: app.isPackaged,
    })
  const go = (hash: string): void =>
    void BrowserWindow.getAllWindows()
      .at(0)
      ?.loadURL(appUrl + hash)
  Menu.setApplicationMenu(
    Menu.buildFromTemplate(menuTemplate({ platform: process.platform, packaged: app.isPackaged, go })),
  )
  app.on('window-all-closed', () => app.quit())
  await open()
}

/** Quitting waits until the core has interrupted its jobs and closed the history. */
function quitAfter(dispose: () => Promise<void>): void {
  let disposed = false
  app.on('before-quit', (event) => {
    if (disposed) return
    event.preventDefault()
    void dispose().finally(() => {
      disposed = true
      app.quit()
    })
  })
}
