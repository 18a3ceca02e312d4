// Every shortcut once: what the keys do, what the palette offers and what the list under `?` shows come from here.
export type ShellCommand = 'palette' | 'shortcuts' | 'theme' | 'tour'

export interface Action {
  readonly title: string
  /** Keys one after another, as a keyboard event names them; `Mod` is Ctrl, or ⌘ on a Mac. */
  readonly keys: readonly string[]
  readonly does: { readonly go: string } | { readonly command: ShellCommand }
}

export const actions: readonly Action[] = [
  { title: 'Find anything', keys: ['Mod+k'], does: { command: 'palette' } },
  { title: 'Show the shortcuts', keys: ['?'], does: { command: 'shortcuts' } },
  { title: 'New experiment', keys: ['n'], does: { go: '#/wizard/goal' } },
  { title: 'Check a classifier on images', keys: [], does: { go: '#/wizard/data?goal=check' } },
  { title: 'Check a property (VNN-LIB)', keys: ['k'], does: { go: '#/check' } },
  { title: 'Home', keys: ['g', 'h'], does: { go: '#/' } },
  { title: 'Data', keys: ['g', 'd'], does: { go: '#/data' } },
  { title: 'Models', keys: ['g', 'm'], does: { go: '#/models' } },
  { title: 'Runs', keys: ['g', 'r'], does: { go: '#/runs' } },
  { title: 'Compare', keys: ['g', 'c'], does: { go: '#/compare' } },
  { title: 'Compute', keys: ['g', 'p'], does: { go: '#/compute' } },
  { title: 'Guide: words and methods', keys: ['g', 'g'], does: { go: '#/guide' } },
  { title: 'Settings', keys: ['g', 's'], does: { go: '#/settings' } },
  { title: 'Change the theme', keys: ['t'], does: { command: 'theme' } },
  { title: 'Show the tour', keys: [], does: { command: 'tour' } },
]

/** What a key event says. */
export interface KeyPress {
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
}

/** Two keys belong together where the second comes within so many milliseconds. */
const patience = 1_200

/** Follows the keys and finds the action they make. */
export class KeySequence {
  private keys: readonly string[] = []
  private at = 0

  /** The action that this key completes; null where it completes none. @param now milliseconds */
  press(press: KeyPress, now: number): Action | null {
    const name = nameOf(press)
    if (name === null) return null
    const before = now - this.at <= patience ? this.keys : []
    const found =
      actions.find(({ keys }) => sameKeys(keys, [...before, name])) ??
      actions.find(({ keys }) => sameKeys(keys, [name]))
    this.at = now
    this.keys = found === undefined ? [name] : []
    return found ?? null
  }
}

/** `Ctrl K` or `G R`, as people read them. */
export function keysText(keys: readonly string[], mac: boolean): readonly string[] {
  return keys.map((key) =>
    key.replace(/^Mod\+/, mac ? '⌘ ' : 'Ctrl ').replace(/\b[a-z]$/, (letter) => letter.toUpperCase()),
  )
}

function nameOf({ key, ctrlKey, metaKey, altKey }: KeyPress): string | null {
  if (altKey || key.length !== 1) return null
  return ctrlKey || metaKey ? `Mod+${key.toLowerCase()}` : key
}

function sameKeys(a: readonly string[], b: readonly string[]): boolean {
  return a.length > 0 && a.length === b.length && a.every((key, i) => key === b[i])
}
