// Electron's main process: composes the parts; each part is a function of what it needs and is tested with doubles.
import { join } from 'node:path'
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  Notification,
  powerSaveBlocker,
  protocol,
  screen,
  session,
  utilityProcess,
} from 'electron'
import { createApp } from '../core/app.ts'
import { toErrorData } from '../core/contract/errors.ts'
import type { FileHandle } from '../core/contract/files.ts'
import { resolveHome } from '../core/home.ts'
import { schemePrivileges, setupAppScheme } from './app-scheme.ts'
import { setupChooseData } from './choose-data.ts'
import { createCloseQuestion, guardQuit, guardWindow } from './close-guard.ts'
import { setupEvents } from './events.ts'
import { placeOfFiles, setupFiles } from './files.ts'
import { setupIpcRouter } from './ipc-router.ts'
import { utilityLauncher } from './job-process.ts'
import { menuTemplate } from './menu.ts'
import { setupNotifications } from './notifications.ts'
import { filesAmong, setupOpenFiles, WaitingFiles } from './open-files.ts'
import { appUrl } from './origin.ts'
import { setupPowerSave } from './power-save.ts'
import { chooseFiles, RecentFiles } from './recent-files.ts'
import { setupRecovery } from './recovery.ts'
import { followRunningJobs } from './running-jobs.ts'
import { setupSecurity } from './security.ts'
import { setupSingleInstance } from './single-instance.ts'
import { createTaskbar } from './taskbar.ts'
import { openWindow } from './windows.ts'

const here = import.meta.dirname

protocol.registerSchemesAsPrivileged([schemePrivileges])
app.enableSandbox()

if (setupSingleInstance(app, () => BrowserWindow.getAllWindows())) {
  const files = new WaitingFiles(filesAmong(process.argv, process.cwd()))
  setupOpenFiles(app, (paths) => files.add(paths))
  start(files).catch((thrown: unknown) => {
    const { message, hint } = toErrorData(thrown)
    dialog.showErrorBox('Espalier cannot start', `${message}\n\n${hint}`)
    app.exit(1)
  })
} else {
  app.quit()
}

async function start(files: WaitingFiles): Promise<void> {
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
  const showMenu = (recent: readonly FileHandle[]): void =>
    Menu.setApplicationMenu(
      Menu.buildFromTemplate(
        menuTemplate({
          ...{ platform: process.platform, packaged: app.isPackaged, go, recent },
          openWindow: () => void open(),
          openFiles: () => void chooseFiles(dialog).then(show, unopened),
          clearRecent: () => void recentFiles.clear().catch(unopened),
        }),
      ),
    )
  const recentFiles = new RecentFiles(app, core.files, showMenu)
  const show = (paths: readonly string[]): void => {
    if (paths.length > 0) void placeOfFiles(recentFiles, paths).then(go, unopened)
  }
  setupFiles(ipcMain, recentFiles)
  setupChooseData(ipcMain, dialog, recentFiles)
  const stopEvents = setupEvents(subscribe, () => BrowserWindow.getAllWindows())
  const stopPowerSave = setupPowerSave(powerSaveBlocker, subscribe)
  const taskbar = createTaskbar(() => BrowserWindow.getAllWindows())
  const running = followRunningJobs(subscribe, taskbar)
  const stopNotifications = setupNotifications({
    subscribe,
    jobOf: async (id) => (await core.api['jobs.get']({ id })).job,
    inFront: () => BrowserWindow.getFocusedWindow() !== null,
    show: ({ title, body }, clicked) => {
      if (!Notification.isSupported()) return
      const notification = new Notification({ title, body })
      notification.on('click', clicked)
      notification.show()
    },
    go,
  })
  const mayClose = createCloseQuestion({
    running: () => running.count(),
    ask: (options) => dialog.showMessageBox(options),
  })
  guardQuit(app, mayClose, async () => {
    stopEvents()
    stopPowerSave()
    stopNotifications()
    await core.dispose()
  })
  const open = async () => {
    const window = await openWindow({
      create: (options) => new BrowserWindow(options),
      screens: () => screen.getAllDisplays().map((display) => display.workArea),
      stateFile: join(app.getPath('userData'), 'window.json'),
      preload: join(here, '../preload.cjs'),
      packaged: app.isPackaged,
    })
    guardWindow(window, () => BrowserWindow.getAllWindows().length === 1, mayClose)
  }
  setupRecovery(app, {
    ask: (options) => dialog.showMessageBox(options),
    quit: () => app.quit(),
    now: () => performance.now(),
  })
  app.on('window-all-closed', () => app.quit())
  await recentFiles.refresh()
  await open()
  files.showBy(show)
}

function unopened(thrown: unknown): void {
  const { message, hint } = toErrorData(thrown)
  dialog.showErrorBox('This file cannot be opened', `${message}\n\n${hint}`)
}

/** Shows a place of the app in its window. */
function go(hash: string): void {
  const window = BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows().at(0)
  if (window === undefined) return
  if (window.isMinimized()) window.restore()
  window.focus()
  void window.loadURL(appUrl + hash)
}
