// The key that the sign-in link leaves in the address: out of the address at once, and kept by the browser for this origin alone.
import { keyFragment } from '../../core/contract/wire.ts'

const storageKey = 'espalier.key'

/** The key of this page; empty where it was never signed in: then every call is refused with what to do. */
export function takeKey(window: Pick<Window, 'location' | 'history' | 'localStorage'>): string {
  const { hash } = window.location
  if (!hash.startsWith(keyFragment)) return window.localStorage.getItem(storageKey) ?? ''
  const key = hash.slice(keyFragment.length)
  window.localStorage.setItem(storageKey, key)
  window.history.replaceState(null, '', '#/')
  return key
}
