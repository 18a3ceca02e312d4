// The native menu: places of the app, the system's usual roles, developer tools only where the app is not packaged.
import type { MenuItemConstructorOptions } from 'electron'
import type { FileHandle } from '../core/contract/files.ts'
import { placeOfHandles } from './files.ts'

export interface MenuContext {
  readonly platform: NodeJS.Platform
  readonly packaged: boolean
  /** Shows a place of the app, e.g. `#/runs`. */
  readonly go: (hash: string) => void
  readonly openWindow: () => void
  /** Asks for files, and shows them. */
  readonly openFiles: () => void
  /** The newest first. */
  readonly recent: readonly FileHandle[]
  readonly clearRecent: () => void
}

export function menuTemplate(context: MenuContext): MenuItemConstructorOptions[] {
  const { platform, packaged, go, openWindow, openFiles } = context
  const mac = platform === 'darwin'
  const place = (label: string, hash: string, accelerator: string): MenuItemConstructorOptions => ({
    label,
    accelerator,
    click: () => go(hash),
  })
  return [
    ...(mac ? [{ role: 'appMenu' as const }] : []),
    {
      label: '&File',
      submenu: [
        place('New experiment', '#/wizard/goal', 'CmdOrCtrl+N'),
        { label: 'New window', accelerator: 'CmdOrCtrl+Shift+N', click: openWindow },
        { type: 'separator' },
        { label: 'Open…', accelerator: 'CmdOrCtrl+O', click: openFiles },
        recentMenu(context),
        { type: 'separator' },
        mac ? { role: 'close' } : { role: 'quit' },
      ],
    },
    { role: 'editMenu' },
    {
      label: '&Go',
      submenu: [
        place('Home', '#/', 'CmdOrCtrl+1'),
        place('Data', '#/data', 'CmdOrCtrl+2'),
        place('Models', '#/models', 'CmdOrCtrl+3'),
        place('Runs', '#/runs', 'CmdOrCtrl+4'),
        place('Compare', '#/compare', 'CmdOrCtrl+5'),
        place('Compute', '#/compute', 'CmdOrCtrl+6'),
        { type: 'separator' },
        place('Settings', '#/settings', 'CmdOrCtrl+,'),
      ],
    },
    {
      label: '&View',
      submenu: [
        { role: 'reload' },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
        ...(packaged ? [] : [{ type: 'separator' as const }, { role: 'toggleDevTools' as const }]),
      ],
    },
    { role: 'windowMenu' },
    { role: 'help', submenu: [place('Guide', '#/guide', 'F1'), { role: 'about' }] },
  ]
}

/** macOS keeps such a menu itself, and opens its files as the Finder does; elsewhere it is ours. */
function recentMenu({ platform, recent, go, clearRecent }: MenuContext): MenuItemConstructorOptions {
  const label = 'Open Recent'
  if (platform === 'darwin')
    return { label, role: 'recentDocuments', submenu: [{ label: 'Clear Menu', role: 'clearRecentDocuments' }] }
  return {
    label,
    enabled: recent.length > 0,
    submenu: [
      // One & would underline the letter after it.
      ...recent.map((file) => ({ label: file.name.replaceAll('&', '&&'), click: () => go(placeOfHandles([file])) })),
      { type: 'separator' },
      { label: 'Clear', click: clearRecent },
    ],
  }
}
