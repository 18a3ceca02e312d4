// Choosing data in the dialog of the system: our page alone may ask, a handle comes back, and never a path.
import type { IpcMain, IpcRenderer, OpenDialogOptions } from 'electron'
import { describe, expect, it } from 'vitest'
import { EspalierError } from '../../core/contract/errors.ts'
import type { FileHandle } from '../../core/contract/files.ts'
import { createBridge } from '../../electron/bridge.ts'
import { chooseChannel } from '../../electron/channels.ts'
import { setupChooseData } from '../../electron/choose-data.ts'

type Handler = (event: unknown, ...inputs: unknown[]) => Promise<unknown>
const ours = { senderFrame: { url: 'app://espalier/', parent: null } }
const handle = (name: string): FileHandle => ({ id: 'h'.repeat(32), name, kind: 'data', bytes: 0, at: '2026-01-01T00:00:00Z' }) // prettier-ignore

function setup(answers: readonly (readonly string[] | null)[]) {
  const handlers = new Map<string, Handler>()
  const asked: OpenDialogOptions[] = []
  const added: string[] = []
  const dialog = {
    showOpenDialog: (options: OpenDialogOptions) => {
      const filePaths = answers[asked.push(options) - 1]
      return Promise.resolve({ canceled: filePaths === null, filePaths: [...(filePaths ?? [])] })
    },
  }
  const desk = {
    add: (path: string) => {
      if (path.endsWith('.exe')) return Promise.reject(new EspalierError('files/kind', 'no', 'Give another.'))
      added.push(`file ${path}`)
      return Promise.resolve(handle('x.npz'))
    },
    addFolder: (path: string) => {
      added.push(`folder ${path}`)
      return Promise.resolve(handle('mnist'))
    },
  }
  setupChooseData(
    { handle: (name: string, one: Handler) => handlers.set(name, one) } as unknown as IpcMain,
    dialog,
    desk,
  )
  const call = (event: unknown, ...inputs: unknown[]) => handlers.get(chooseChannel)?.(event, ...inputs)
  return { call, asked, added }
}

describe('the main process', () => {
  it('asks for a folder, and gives a handle without the path', async () => {
    const { call, asked, added } = setup([['/home/me/private/mnist']])
    const reply = await call(ours, 'folder')
    expect(reply).toMatchObject({ ok: true, value: { name: 'mnist' } })
    expect(JSON.stringify(reply)).not.toContain('private')
    expect(asked[0].properties).toEqual(['openDirectory'])
    expect(added).toEqual(['folder /home/me/private/mnist'])
  })

  it('asks for a file of the kinds that are read', async () => {
    const { call, asked, added } = setup([['/home/me/x.npz']])
    expect(await call(ours, 'file')).toMatchObject({ ok: true, value: { name: 'x.npz' } })
    expect(asked[0]).toMatchObject({ properties: ['openFile'], filters: [{ extensions: ['npy', 'npz', 'csv'] }] })
    expect(added).toEqual(['file /home/me/x.npz'])
  })

  it('gives nothing where the dialog was closed, and the error where the file is refused', async () => {
    const { call, added } = setup([null, [], ['/x.exe']])
    expect(await call(ours, 'folder')).toEqual({ ok: true, value: null })
    expect(await call(ours, 'folder')).toEqual({ ok: true, value: null })
    expect(await call(ours, 'file')).toMatchObject({ ok: false, error: { code: 'files/kind' } })
    expect(added).toEqual([])
  })

  it('shows one dialog at a time', async () => {
    const { call, asked } = setup([['/a'], ['/b']])
    const [first, second] = await Promise.all([call(ours, 'folder'), call(ours, 'folder')])
    expect([first, second, asked.length]).toMatchObject([{ ok: true, value: { name: 'mnist' } }, { value: null }, 1])
    expect(await call(ours, 'folder')).toMatchObject({ value: { name: 'mnist' } })
  })

  it.each([
    ['another page', { senderFrame: { url: 'https://evil.example/', parent: null } }, ['folder']],
    ['a frame inside', { senderFrame: { url: 'app://espalier/', parent: {} } }, ['folder']],
    ['a window that is gone', { senderFrame: null }, ['folder']],
    ['no question', ours, []],
    ['a path', ours, ['/etc']],
    ['options of a dialog', ours, [{ defaultPath: '/etc', properties: ['openDirectory'] }]],
    ['two questions', ours, ['folder', 'file']],
  ])('asks nobody for %s', async (_who, event, inputs) => {
    const { call, asked } = setup([['/etc']])
    expect(await call(event, ...inputs)).toMatchObject({ ok: false, error: { code: 'api/unauthorised' } })
    expect(asked).toEqual([])
  })
})

describe('the preload', () => {
  it('sends what is asked for, and hands on what comes back', async () => {
    const sent: unknown[][] = []
    const ipc = { invoke: (...args: unknown[]) => Promise.resolve(sent.push(args)) } as unknown as IpcRenderer
    await createBridge(ipc, { getPathForFile: () => '' }, []).chooseData('folder')
    expect(sent).toEqual([[chooseChannel, 'folder']])
  })
})
