// The key that the sign-in link leaves in the address: out of the address at once, and kept by the browser for this origin alone.
import { keyFragment } from '../../core/contract/wire.ts'

const storageKey = 'espalier.key'

/** Takes the key out of the address, where it has one. */
export function takeKey(window: Pick<Window, 'location' | 'history' | 'localStorage'>): void {
  const { hash } = window.location
  if (!hash.startsWith(keyFragment)) return
  window.localStorage.setItem(storageKey, hash.slice(keyFragment.length))
  window.history.replaceState(null, '', '#/')
}

/** The newest key of this origin; empty where it was never signed in: then every call is refused with what to do. */
export function keptKey({ localStorage }: Pick<Window, 'localStorage'>): string {
  return localStorage.getItem(storageKey) ?? ''
}
