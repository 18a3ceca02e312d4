// Handles to files: random, remembered, of a kind; uploads with bounded names, cleaned away when they failed.
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FileDesk, kindOf } from '../../core/app/files.ts'
import type { Store } from '../../core/store/store.ts'

let folder: string
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'espalier-files-'))))
afterAll(() => rmSync(folder, { recursive: true }))

/** A home whose settings are remembered in memory, by several desks. */
function home(): Pick<Store, 'home' | 'settings'> {
  const kept = new Map<string, unknown>()
  const settings = {
    get: (key: string) => Promise.resolve(kept.get(key)),
    set: (key: string, value: unknown) => Promise.resolve(void kept.set(key, JSON.parse(JSON.stringify(value)))),
  }
  return { home: mkdtempSync(join(folder, 'home-')), settings: settings as unknown as Store['settings'] }
}
async function* bytes(...parts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield await Promise.resolve(new TextEncoder().encode(part))
}
const file = (name: string): string => {
  writeFileSync(join(folder, name), name)
  return join(folder, name)
}

describe('kinds', () => {
  it('are told by the end of the name, whatever its case', () => {
    expect(['a.onnx', 'A.ONNX.GZ', 'p.vnnlib', 'x.npz', 'x.csv'].map(kindOf)).toEqual([
      ...['network', 'network', 'property', 'data', 'data'],
    ])
    for (const name of ['onnx', 'a.exe', 'a.onnx.exe', '', 'a.pkl', 'a.pt'])
      expect(() => kindOf(name)).toThrow(expect.objectContaining({ code: 'files/kind' }) as Error)
  })
})

describe('recent files', () => {
  it('are forgotten when asked, also by the next session; what was open stays open, and opened again is recent again', async () => {
    const place = home()
    const desk = new FileDesk(place)
    const handle = await desk.add(file('forgotten.onnx'))
    await desk.forget()
    expect([await desk.list(), await new FileDesk(place).list()]).toEqual([[], []])
    expect((await desk.open(handle.id, 'network')).name).toBe('forgotten.onnx')
    await desk.add(file('forgotten.onnx'))
    expect((await new FileDesk(place).list()).map(({ name }) => name)).toEqual(['forgotten.onnx'])
  })
})

describe('handles', () => {
  it('lead to the file they were given for, in the next session too, and to nothing else', async () => {
    const place = home()
    const desk = new FileDesk(place)
    const handle = await desk.add(file('a.onnx'))
    expect(JSON.stringify(handle)).not.toContain(folder)
    const again = new FileDesk(place)
    expect(await again.open(handle.id, 'network')).toEqual({ path: join(folder, 'a.onnx'), name: 'a.onnx' })
    await expect(again.open(handle.id, 'property')).rejects.toMatchObject({ code: 'files/kind' })
    await expect(again.open('x'.repeat(32), 'network')).rejects.toMatchObject({ code: 'files/handle' })
    await expect(desk.add(join(folder, 'gone.onnx'))).rejects.toMatchObject({ code: 'input/not-found' })
  })

  it('of the same file are one; the list has the newest first and leaves out what is gone', async () => {
    const desk = new FileDesk(home())
    const [a, b] = [await desk.add(file('a.onnx')), await desk.add(file('b.vnnlib'))]
    expect((await desk.add(file('a.onnx'))).id).toBe(a.id)
    expect((await desk.list()).map(({ id }) => id)).toEqual([a.id, b.id])
    rmSync(join(folder, 'b.vnnlib'))
    expect((await desk.list()).map(({ id }) => id)).toEqual([a.id])
  })
})

describe('uploads', () => {
  it('are kept under a name that stays in their folder', async () => {
    const place = home()
    const desk = new FileDesk(place)
    for (const name of ['../../evil.onnx', '..\\..\\evil.onnx', '/etc/passwd.onnx', '.onnx', 'a b\u0000.onnx']) {
      const { path } = await desk.open((await desk.receive(name, bytes('one', 'two'))).id, 'network')
      expect(path.startsWith(join(place.home, 'uploads'))).toBe(true)
      expect(existsSync(path)).toBe(true)
    }
    expect(readdirSync(place.home)).toEqual(['uploads'])
  })

  it('that are refused or break off leave nothing behind', async () => {
    const place = home()
    const desk = new FileDesk(place)
    await expect(desk.receive('a.exe', bytes('x'))).rejects.toMatchObject({ code: 'files/kind' })
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield* bytes('x')
      throw new Error('the line was cut')
    }
    await expect(desk.receive('a.onnx', broken())).rejects.toThrow()
    expect(existsSync(join(place.home, 'uploads')) ? readdirSync(join(place.home, 'uploads')) : []).toEqual([])
  })

  it('of networks go when they are no longer among the recent ones', async () => {
    const place = home()
    const desk = new FileDesk(place)
    for (let i = 0; i < 15; i++) await desk.receive(`n${i}.onnx`, bytes('x'))
    expect(readdirSync(join(place.home, 'uploads'))).toHaveLength(12)
    expect((await desk.list()).map(({ name }) => name).slice(0, 2)).toEqual(['n14.onnx', 'n13.onnx'])
  })
})

describe('folders', () => {
  it('of data have handles that lead to them for this session alone, and are no recent files', async () => {
    const place = home()
    const desk = new FileDesk(place)
    const handle = await desk.addFolder(folder)
    expect([handle.kind, JSON.stringify(handle).includes(join(folder, '..'))]).toEqual(['data', false])
    expect((await desk.open(handle.id, 'data')).path).toBe(folder)
    await expect(desk.open(handle.id, 'network')).rejects.toMatchObject({ code: 'files/kind' })
    await expect(new FileDesk(place).open(handle.id, 'data')).rejects.toMatchObject({ code: 'files/handle' })
    expect((await desk.list()).map(({ id }) => id)).not.toContain(handle.id)
    await expect(desk.addFolder(join(folder, 'gone'))).rejects.toMatchObject({ code: 'input/not-found' })
  })
})
