// The backups that were made of a history file, and what to advise where the file itself is damaged.
import { readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** What a backup is called: the migration it was made before, and when. */
export function backupName(before: string, at: Date): string {
  return `history-before-${before}-${at.toISOString().replaceAll(/[:.]/g, '-')}.db`
}

/** Complete backups beside the history file at `path`, newest first. */
function backupsOf(path: string): string[] {
  const folder = join(dirname(path), 'backups')
  try {
    const names = readdirSync(folder).filter((name) => /^history-before-.*\.db$/.test(name))
    const made = (name: string): number => statSync(join(folder, name)).mtimeMs
    return names.sort((a, b) => made(b) - made(a)).map((name) => join(folder, name))
  } catch {
    // No folder, or none that can be read: no backup that could be named.
    return []
  }
}

/** Names the newest backup, and only one that is there. */
export function corruptHint(path: string): string {
  // A write-ahead log left beside another file would be taken for that file's.
  const away = `Move ${path} away, and the files beside it whose names go on with -wal and -shm`
  const newest = backupsOf(path).at(0)
  return newest === undefined
    ? `${away}, to begin a new history; no backup was made.`
    : `${away}; then copy the backup ${newest} to its place, or begin a new history.`
}
