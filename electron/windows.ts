// The window: hardened preferences, remembered place, shown when it has something to show.
import type { BrowserWindow, BrowserWindowConstructorOptions, Rectangle } from 'electron'
import { appUrl } from './origin.ts'
import { readWindowState, writeWindowState } from './window-state.ts'

type WindowParts = Pick<
  BrowserWindow,
  'maximize' | 'isMaximized' | 'getNormalBounds' | 'once' | 'on' | 'show' | 'loadURL'
>

export interface WindowContext<W extends WindowParts> {
  readonly create: (options: BrowserWindowConstructorOptions) => W
  readonly screens: () => readonly Rectangle[]
  readonly stateFile: string
  readonly preload: string
  readonly packaged: boolean
}

export async function openWindow<W extends WindowParts>(context: WindowContext<W>): Promise<W> {
  const state = readWindowState(context.stateFile, context.screens())
  const window = context.create({ ...windowOptions(context), ...state?.bounds })
  if (state?.maximized === true) window.maximize()
  window.once('ready-to-show', () => window.show())
  window.on('close', () =>
    writeWindowState(context.stateFile, { bounds: window.getNormalBounds(), maximized: window.isMaximized() }),
  )
  await window.loadURL(appUrl)
  return window
}

export function windowOptions(context: { preload: string; packaged: boolean }): BrowserWindowConstructorOptions {
  return {
    width: 1280,
    height: 800,
    minWidth: 860,
    minHeight: 560,
    show: false,
    title: 'Espalier',
    webPreferences: {
      preload: context.preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      devTools: !context.packaged,
    },
  }
}
