// Where one begins to look for a folder, and how the arrow keys go through what is listed.
const storageKey = 'espalier.folder'

/** The folder that a form names already, else the one that was looked into last; null: home. */
export function firstFolder(named: string, storage: Pick<Storage, 'getItem'>): string | null {
  const path = named.trim()
  if (isFull(path)) return /\.(npy|npz|csv)$/i.test(path) ? path.replace(/[\\/][^\\/]*$/, '') || '/' : path
  return storage.getItem(storageKey)
}

export function rememberFolder(path: string, storage: Pick<Storage, 'setItem'>): void {
  storage.setItem(storageKey, path)
}

/** From the root or a drive: what else is typed means different folders in different places. */
function isFull(path: string): boolean {
  return /^([/\\]|[a-z]:[\\/])/i.test(path)
}

/** The row that a key leads to; null for keys that lead to none. */
export function nextRow(key: string, row: number, count: number): number | null {
  const last = count - 1
  if (last < 0) return null
  if (key === 'ArrowDown') return Math.min(last, row + 1)
  if (key === 'ArrowUp') return Math.max(0, row - 1)
  if (key === 'Home') return 0
  return key === 'End' ? last : null
}
