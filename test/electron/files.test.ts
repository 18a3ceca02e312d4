// Files in the shell: a page hands in what a person dropped and gets handles; paths come from the preload only, to our page only.
import { EventEmitter } from 'node:events'
import type { App, IpcMain, IpcRenderer } from 'electron'
import { describe, expect, it } from 'vitest'
import { EspalierError } from '../../core/contract/errors.ts'
import type { FileHandle } from '../../core/contract/files.ts'
import { createBridge } from '../../electron/bridge.ts'
import { filesChannel } from '../../electron/channels.ts'
import { placeOfFiles, setupFiles } from '../../electron/files.ts'
import { filesAmong, setupOpenFiles, WaitingFiles } from '../../electron/open-files.ts'

const handleOf = (path: string): FileHandle => {
  const kind = path.endsWith('.onnx') ? 'network' : path.endsWith('.vnnlib') ? 'property' : 'data'
  return {
    id: path.padStart(32, '-').replaceAll(/[^\w-]/g, '_'),
    name: path,
    kind,
    bytes: 1,
    at: '2026-01-01T00:00:00Z',
  }
}

function desk() {
  const added: string[] = []
  const add = (path: string): Promise<FileHandle> => {
    if (path.endsWith('.exe')) return Promise.reject(new EspalierError('files/kind', 'no', 'Give another.'))
    added.push(path)
    return Promise.resolve(handleOf(path))
  }
  return { add, added }
}

describe('the preload', () => {
  it('sends the path that Electron knows of a file, and hands on what comes back', async () => {
    const sent: unknown[][] = []
    const ipc = { invoke: (...args: unknown[]) => Promise.resolve(sent.push(args)) } as unknown as IpcRenderer
    const file = new File(['x'], 'a.onnx')
    const bridge = createBridge(ipc, { getPathForFile: (one) => (one === file ? '/home/me/a.onnx' : '') }, [])
    await bridge.giveFile(file)
    expect(sent).toEqual([[filesChannel, '/home/me/a.onnx']])
  })

  it('refuses a file that the page made, or what is no file at all', async () => {
    const ipc = { invoke: () => Promise.reject(new Error('asked')) } as unknown as IpcRenderer
    const throwing = { getPathForFile: () => { throw new TypeError('not a File') } } // prettier-ignore
    const made = createBridge(ipc, { getPathForFile: () => '' }, [])
    const refused = { ok: false, error: { code: 'files/handle' } }
    expect(await made.giveFile(new File(['x'], 'a.onnx'))).toMatchObject(refused)
    expect(await createBridge(ipc, throwing, []).giveFile('/etc/passwd' as unknown as File)).toMatchObject(refused)
  })
})

describe('the main process', () => {
  type Handler = (event: unknown, ...inputs: unknown[]) => Promise<unknown>
  function setup() {
    const handlers = new Map<string, Handler>()
    const files = desk()
    setupFiles({ handle: (name: string, one: Handler) => handlers.set(name, one) } as unknown as IpcMain, files)
    const ours = { senderFrame: { url: 'app://espalier/', parent: null } }
    const call = (event: unknown, ...inputs: unknown[]) => handlers.get(filesChannel)?.(event, ...inputs)
    return { call, ours, files }
  }

  it('gives our page a handle for a path, without the path', async () => {
    const { call, ours } = setup()
    const reply = await call(ours, '/data/a.onnx')
    expect(reply).toMatchObject({ ok: true, value: { kind: 'network' } })
  })

  it('tells the page why a file is refused', async () => {
    const { call, ours } = setup()
    expect(await call(ours, '/x.exe')).toMatchObject({
      ok: false,
      error: { code: 'files/kind', hint: 'Give another.' },
    })
  })

  it.each([
    ['another page', { senderFrame: { url: 'https://evil.example/', parent: null } }, ['/a.onnx']],
    ['a frame inside', { senderFrame: { url: 'app://espalier/', parent: {} } }, ['/a.onnx']],
    ['a window that is gone', { senderFrame: null }, ['/a.onnx']],
    ['no path', { senderFrame: { url: 'app://espalier/', parent: null } }, []],
    ['what is no text', { senderFrame: { url: 'app://espalier/', parent: null } }, [{ path: '/a.onnx' }]],
    ['two paths', { senderFrame: { url: 'app://espalier/', parent: null } }, ['/a.onnx', '/b.onnx']],
  ])('refuses %s', async (_who, event, inputs) => {
    const { call, files } = setup()
    expect(await call(event, ...inputs)).toMatchObject({ ok: false, error: { code: 'api/unauthorised' } })
    expect(files.added).toEqual([])
  })
})

describe('files that the system asks to open', () => {
  it('are shown where they belong: networks and properties in a check, data on its screen', async () => {
    const id = (path: string) => handleOf(path).id
    expect(await placeOfFiles(desk(), ['/a.onnx'])).toBe(`#/check?network=${id('/a.onnx')}`)
    expect(await placeOfFiles(desk(), ['/p.vnnlib', '/a.onnx', '/b.onnx'])).toBe(
      `#/check?network=${id('/b.onnx')}&property=${id('/p.vnnlib')}`,
    )
    expect(await placeOfFiles(desk(), ['/x.csv'])).toBe(`#/data?file=${id('/x.csv')}`)
    await expect(placeOfFiles(desk(), ['/x.exe'])).rejects.toMatchObject({ code: 'files/kind' })
  })
})

describe('opening by the system', () => {
  it('finds the files among the arguments, and nothing else', () => {
    const args = [
      '/opt/espalier',
      '--no-sandbox',
      'nets/a.onnx',
      '/abs/P.VNNLIB',
      'b.onnx.gz',
      'readme.txt',
      '--x=c.onnx',
    ]
    expect(filesAmong(args, '/home/me')).toEqual(['/home/me/nets/a.onnx', '/abs/P.VNNLIB', '/home/me/b.onnx.gz'])
    expect(filesAmong(['/opt/app.onnx'], '/')).toEqual([])
  })

  it('hears a second start and macOS, and keeps what comes before there is a window', () => {
    const app = new EventEmitter()
    const files = new WaitingFiles(['/first.onnx'])
    setupOpenFiles(app as unknown as App, (paths) => files.add(paths))
    const prevented: string[] = []
    const event = { preventDefault: () => void prevented.push('open-file') }
    app.emit('open-file', event, '/mac.vnnlib')
    app.emit('open-file', event, '/notes.txt')
    const shown: (readonly string[])[] = []
    files.showBy((paths) => void shown.push(paths))
    app.emit('second-instance', {}, ['espalier', 'b.onnx'], '/home/me')
    app.emit('second-instance', {}, ['espalier'], '/home/me')
    expect(shown).toEqual([['/first.onnx', '/mac.vnnlib'], ['/home/me/b.onnx']])
    expect(prevented).toEqual(['open-file', 'open-file'])
  })
})
