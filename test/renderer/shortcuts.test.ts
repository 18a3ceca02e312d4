// Shortcuts: each is reached by its keys alone, letters that belong to nothing do nothing.
import { describe, expect, it } from 'vitest'
import { actions, KeySequence, keysText } from '../../renderer/logic/shortcuts.ts'
import { parseRoute } from '../../renderer/logic/routes.ts'

const plain = { ctrlKey: false, metaKey: false, altKey: false }
const press = (key: string) => ({ key, ...plain })

describe('shortcuts', () => {
  it('are each reached by their own keys, and lead to places that exist', () => {
    const texts = actions.map(({ keys }) => keys.join(' ')).filter((keys) => keys !== '')
    expect(new Set(texts).size).toBe(texts.length)
    for (const action of actions.filter(({ keys }) => keys.length > 0)) {
      const sequence = new KeySequence()
      const found = action.keys.map((key, at) =>
        sequence.press(key.startsWith('Mod+') ? { ...press(key.slice(4)), ctrlKey: true } : press(key), at),
      )
      expect(found.at(-1)).toBe(action)
      expect(found.slice(0, -1)).toEqual(found.slice(0, -1).map(() => null))
      if ('go' in action.does) expect(parseRoute(action.does.go).screen).not.toBe('missing')
    }
  })

  it('need their keys one soon after another', () => {
    const sequence = new KeySequence()
    sequence.press(press('g'), 0)
    expect(sequence.press(press('r'), 5_000)).toBeNull()
    sequence.press(press('g'), 6_000)
    expect(sequence.press(press('r'), 6_500)?.title).toBe('Runs')
    expect(sequence.press(press('r'), 6_600)).toBeNull()
  })

  it('do not take keys of the browser or of other alphabets', () => {
    const sequence = new KeySequence()
    for (const one of [
      { ...press('n'), ctrlKey: true },
      { ...press('t'), metaKey: true },
      { ...press('n'), altKey: true },
      press('Shift'),
      press('Tab'),
    ])
      expect(sequence.press(one, 0)).toBeNull()
  })

  it('are written as keyboards have them', () => {
    expect(keysText(['Mod+k'], false)).toEqual(['Ctrl K'])
    expect(keysText(['Mod+k'], true)).toEqual(['⌘ K'])
    expect(keysText(['g', 'r'], false)).toEqual(['G', 'R'])
    expect(keysText(['?'], false)).toEqual(['?'])
  })
})
