// Opening a home for what a shell wants to do with it.
import { EspalierError } from '../contract/errors.ts'
import { openStore } from '../store/open.ts'
import type { Store } from '../store/store.ts'

/**
 * `write`: change it, or fail; `read`: look, also beside another instance; `prefer-write`: change it, but where that cannot
 * be (read-only folder, newer database) look.
 */
export type HomeAccess = 'write' | 'read' | 'prefer-write'

/** A store, and why nothing can be changed in it (null where it can). */
export interface OpenedHome {
  readonly store: Store
  readonly obstacle: EspalierError | null
}

const stillReadable: ReadonlySet<string> = new Set(['store/newer-database', 'store/read-only'])
const ownerMustOpenFirst: ReadonlySet<string> = new Set(['store/missing', 'store/migration'])

/** @throws EspalierError 'store/*' */
export async function openHome(home: string, access: HomeAccess): Promise<OpenedHome> {
  return access === 'read' ? openToRead(home) : openToWrite(home, access === 'prefer-write')
}

async function openToWrite(home: string, orRead: boolean): Promise<OpenedHome> {
  try {
    return { store: await openStore(home), obstacle: null }
  } catch (thrown) {
    if (!orRead || !(thrown instanceof EspalierError) || !stillReadable.has(thrown.code)) throw thrown
    return { store: await openStore(home, { role: 'reader' }), obstacle: thrown }
  }
}

async function openToRead(home: string): Promise<OpenedHome> {
  try {
    const obstacle = new EspalierError('store/read-only', `${home} was opened for reading.`, 'Open it for writing.')
    return { store: await openStore(home, { role: 'reader' }), obstacle }
  } catch (thrown) {
    // A home that is not there yet, or an old one: only an owner can make or migrate it.
    if (!(thrown instanceof EspalierError) || !ownerMustOpenFirst.has(thrown.code)) throw thrown
    return { store: await openStore(home), obstacle: null }
  }
}
