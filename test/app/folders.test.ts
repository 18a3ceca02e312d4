// The browser of folders: what it lists, what it takes for a data set, and what it does with links, rights, masses and nonsense.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listFolders } from '../../core/app/folders.ts'
import { glance } from '../../core/data/glance.ts'

let root: string
const at = (...names: string[]): string => join(root, ...names)
const idx = Buffer.concat([Buffer.from([0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2]), Buffer.alloc(4)])

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'espalier-folders-'))
  for (const folder of ['mnist', 'shapes/train/circle', 'shapes/train/cross', 'album/2024', 'album/2025', '.hidden'])
    mkdirSync(at(folder), { recursive: true })
  writeFileSync(at('mnist', 'train-images-idx3-ubyte'), idx)
  for (const name of ['shapes/train/circle/1.png', 'shapes/train/cross/1.jpg', 'album/2024/a.png'])
    writeFileSync(at(name), 'a picture')
  writeFileSync(at('digits.csv'), 'label,p1,p2\n3,0,255\n')
  writeFileSync(at('arrays.npz'), 'PK')
  writeFileSync(at('notes.txt'), 'nothing')
  symlinkSync(at('mnist'), at('to-mnist'))
  symlinkSync(root, at('to-itself'))
  symlinkSync(at('gone'), at('to-nowhere'))
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

describe('a folder', () => {
  it('is listed: folders, then files that may be data, links followed, with what each looks like', async () => {
    const { path, entries, looks, more, above } = await listFolders(root)
    expect([path, looks, more]).toEqual([root, null, false])
    expect(entries.map(({ name, folder, looks: kind }) => [name, folder, kind])).toEqual([
      ['album', true, null],
      ['mnist', true, 'idx'],
      ['shapes', true, 'images'],
      ['to-itself', true, null],
      ['to-mnist', true, 'idx'],
      ['arrays.npz', false, 'npy'],
      ['digits.csv', false, 'csv'],
    ])
    expect(above.map(({ path: one }) => one)).toEqual(expect.arrayContaining(['/', tmpdir()]))
  })

  it('is told for what it is when one stands in it', async () => {
    expect((await listFolders(at('mnist'))).looks).toBe('idx')
    expect((await listFolders(at('shapes'))).looks).toBe('images')
  })

  it('is home where none is named', async () => expect((await listFolders(null)).path).toBe(homedir()))

  it('with links in a circle is only a path that grows', async () => {
    expect((await listFolders(at('to-itself', 'to-itself'))).path).toBe(at('to-itself', 'to-itself'))
  })

  it.each([
    ['that is not there', () => at('gone'), 'input/not-found', /no folder/],
    ['that is a file', () => at('notes.txt'), 'input/unreadable', /is no folder/],
    ['that is named from nowhere', () => 'mnist', 'input/not-found', /no full path/],
    ['with a NUL in its name', () => `${root}\0/mnist`, 'input/unreadable', /cannot be read/],
  ])('%s is a coded error', async (_which, path, code, message) => {
    await expect(listFolders(path())).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string })
  })

  // Root may look into everything.
  it.skipIf(process.getuid?.() === 0)(
    'without the right to look is listed as such, and says so when asked',
    async () => {
      mkdirSync(at('closed', 'inside'), { recursive: true })
      chmodSync(at('closed'), 0)
      try {
        const { entries } = await listFolders(root)
        expect(entries.find(({ name }) => name === 'closed')).toMatchObject({ readable: false, looks: null })
        await expect(listFolders(at('closed'))).rejects.toMatchObject({ code: 'input/unreadable' })
      } finally {
        chmodSync(at('closed'), 0o700)
        rmSync(at('closed'), { recursive: true })
      }
    },
  )

  it('with very many others lists the first thousand, and says that there are more', async () => {
    mkdirSync(at('many'))
    for (let i = 0; i < 1_005; i++) mkdirSync(at('many', `folder ${i}`))
    const { entries, more } = await listFolders(at('many'))
    expect([entries.length, entries[2].name, more]).toEqual([1_000, 'folder 2', true])
  }, 30_000)
})

describe('a glance', () => {
  it('takes folders of pictures for a data set only where there are classes', async () => {
    expect(await glance(at('shapes'))).toBe('images')
    expect(await glance(at('album'))).toBeNull()
    expect(await glance(at('shapes', 'train', 'circle'))).toBeNull()
  })

  it('of what cannot be read, or is not there, is nothing', async () => {
    expect(await glance(at('to-nowhere'))).toBeNull()
    expect(await glance(at('gone', 'further'))).toBeNull()
  })
})
