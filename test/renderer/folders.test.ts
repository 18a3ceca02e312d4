// The browser of folders apart from its sheet: where it begins, and where the keys lead.
import { describe, expect, it } from 'vitest'
import { dataSchema } from '../../core/contract/recipe.ts'
import { firstFolder, nextRow, rememberFolder } from '../../renderer/logic/folders.ts'
import { casesOf } from '../../renderer/logic/schema-fields.ts'

function storage() {
  const kept = new Map<string, string>()
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  }
}

describe('where one begins', () => {
  it('is what the form names, the folder of a file, else the last one, else home', () => {
    const last = storage()
    expect(firstFolder('', last)).toBeNull()
    rememberFolder('/data', last)
    expect(firstFolder('', last)).toBe('/data')
    expect(firstFolder('mnist', last)).toBe('/data')
    expect(firstFolder(' /home/me/mnist ', last)).toBe('/home/me/mnist')
    expect(firstFolder('/home/me/x.NPZ', last)).toBe('/home/me')
    expect(firstFolder('/x.csv', last)).toBe('/')
    expect(firstFolder('C:\\images\\x.csv', last)).toBe('C:\\images')
  })
})

describe('keys', () => {
  it('lead up and down and to the ends, and nowhere in an empty folder', () => {
    expect(['ArrowDown', 'ArrowUp', 'Home', 'End', 'a'].map((key) => nextRow(key, 1, 3))).toEqual([2, 0, 0, 2, null])
    expect([nextRow('ArrowDown', 2, 3), nextRow('ArrowUp', 0, 3), nextRow('End', 0, 0)]).toEqual([2, 0, null])
  })
})

describe('forms', () => {
  it('help to find every folder and file that images can lie in', () => {
    const found = casesOf(dataSchema).map(({ value, fields }) => {
      const field = fields.find(({ key }) => key === 'directory')
      return [value, field?.kind === 'path' ? field.names : null]
    })
    expect(found).toEqual([
      ['sample', null],
      ...[
        ['auto', 'folder-or-file'],
        ['idx', 'folder'],
        ['cifar', 'folder'],
        ['npy', 'folder-or-file'],
      ],
      ...[
        ['images', 'folder'],
        ['csv', 'folder-or-file'],
        ['svhn', 'folder'],
      ],
    ])
  })
})
