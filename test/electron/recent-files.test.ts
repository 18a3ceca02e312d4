// Open… and Open Recent: the system's dialog, the files that the core keeps, a menu that is built again when they change.
import type { App, Dialog, MenuItemConstructorOptions, OpenDialogOptions } from 'electron'
import { describe, expect, it } from 'vitest'
import { EspalierError } from '../../core/contract/errors.ts'
import type { FileHandle } from '../../core/contract/files.ts'
import { menuTemplate } from '../../electron/menu.ts'
import { chooseFiles, RecentFiles } from '../../electron/recent-files.ts'

const handle = (name: string): FileHandle => ({
  id: name.padStart(32, '-').replaceAll(/[^\w-]/g, '_'),
  name,
  kind: name.endsWith('.onnx') ? 'network' : 'data',
  bytes: 1,
  at: '2026-01-01T00:00:00Z',
})

function setup() {
  const told: string[] = []
  let known: FileHandle[] = []
  const shown: string[][] = []
  const system = {
    addRecentDocument: (path: string) => void told.push(path),
    clearRecentDocuments: () => void told.push('cleared'),
  } as Pick<App, 'addRecentDocument' | 'clearRecentDocuments'>
  const desk = {
    addFolder: () => Promise.reject(new Error('no folder here')),
    add: (path: string) => {
      if (path.endsWith('.exe')) return Promise.reject(new EspalierError('files/kind', 'no', 'Give another.'))
      known = [handle(path.slice(1)), ...known]
      return Promise.resolve(known[0])
    },
    list: () => Promise.resolve(known),
    forget: () => {
      known = []
      return Promise.resolve()
    },
  }
  const recent = new RecentFiles(system, desk, (files) => shown.push(files.map(({ name }) => name)))
  return { told, shown, recent }
}

describe('recent files', () => {
  it('are told to the system and to the menu as they come, and no more once they are cleared', async () => {
    const { told, shown, recent } = setup()
    await recent.refresh()
    await recent.add('/a.onnx')
    await recent.add('/b.csv')
    await recent.clear()
    expect(shown).toEqual([[], ['a.onnx'], ['b.csv', 'a.onnx'], []])
    expect(told).toEqual(['/a.onnx', '/b.csv', 'cleared'])
  })

  it('are none that the core refuses', async () => {
    const { told, shown, recent } = setup()
    await expect(recent.add('/x.exe')).rejects.toMatchObject({ code: 'files/kind' })
    expect([told, shown]).toEqual([[], []])
  })
})

describe('Open…', () => {
  it('asks the system for any of the kinds that are read, and takes what was chosen', async () => {
    const asked: OpenDialogOptions[] = []
    const answer = (canceled: boolean) => ({
      showOpenDialog: (options: OpenDialogOptions) => {
        asked.push(options)
        return Promise.resolve({ canceled, filePaths: canceled ? [] : ['/a.onnx', '/p.vnnlib'] })
      },
    })
    expect(await chooseFiles(answer(false) as Pick<Dialog, 'showOpenDialog'>)).toEqual(['/a.onnx', '/p.vnnlib'])
    expect(await chooseFiles(answer(true) as Pick<Dialog, 'showOpenDialog'>)).toEqual([])
    expect(asked[0].properties).toEqual(['openFile', 'multiSelections'])
    expect(asked[0].filters?.[0].extensions).toEqual(['onnx', 'gz', 'vnnlib', 'npy', 'npz', 'csv'])
  })
})

describe('Open Recent', () => {
  const itemsOf = (item: MenuItemConstructorOptions | undefined): MenuItemConstructorOptions[] =>
    Array.isArray(item?.submenu) ? item.submenu : []
  function menuOf(platform: NodeJS.Platform, recent: readonly FileHandle[]) {
    const visited: string[] = []
    const template = menuTemplate({
      ...{ platform, packaged: true, recent, go: (hash: string) => void visited.push(hash) },
      openWindow: () => undefined,
      openFiles: () => undefined,
      clearRecent: () => void visited.push('clear'),
    })
    const file = template.find(({ label }) => label === '&File')
    return { visited, menu: itemsOf(file).find(({ label }) => label === 'Open Recent') }
  }

  it('shows the files of the core where the system has no such menu, and can forget them', () => {
    const files = [handle('this & that.onnx'), handle('x.csv')]
    const { visited, menu } = menuOf('linux', files)
    expect(itemsOf(menu).flatMap(({ label }) => label ?? [])).toEqual(['this && that.onnx', 'x.csv', 'Clear'])
    for (const { click } of itemsOf(menu)) (click as (() => void) | undefined)?.()
    expect(visited).toEqual([`#/check?network=${files[0].id}`, `#/data?file=${files[1].id}`, 'clear'])
    expect([menuOf('win32', []).menu?.enabled, menu?.enabled]).toEqual([false, true])
  })

  it("is the system's own on macOS", () => {
    const { menu } = menuOf('darwin', [])
    expect(menu?.role).toBe('recentDocuments')
    expect(itemsOf(menu).map(({ role }) => role)).toEqual(['clearRecentDocuments'])
  })
})
