// The wizard's draft as state: kept in localStorage at every keystroke, so that neither Back nor a reload loses input.
import { checkDraft, initialDraft, reviveDraft, type Checked, type Draft } from '../logic/draft.ts'

const storageKey = 'espalier.wizard-draft'

export class DraftState {
  value: Draft = $state.raw(initialDraft())
  checked: Checked = $derived(checkDraft(this.value))
  private readonly storage: Storage

  constructor(storage: Storage) {
    this.storage = storage
    this.value = reviveDraft(storage.getItem(storageKey)) ?? this.value
  }

  set<K extends keyof Draft>(key: K, value: Draft[K]): void {
    this.value = { ...this.value, [key]: value }
    this.storage.setItem(storageKey, JSON.stringify(this.value))
  }

  reset(): void {
    this.value = initialDraft()
    this.storage.removeItem(storageKey)
  }
}
