// Light, dark, or as the system says; remembered, and known to charts that cannot read style sheets.
export type ThemeChoice = 'system' | 'light' | 'dark'
const storageKey = 'espalier.theme'
export const themeChoices: readonly ThemeChoice[] = ['system', 'light', 'dark']

export class Theme {
  choice: ThemeChoice = $state('system')
  private systemDark = $state(false)
  private readonly window: Window

  constructor(window: Window) {
    this.window = window
    const query = window.matchMedia('(prefers-color-scheme: dark)')
    this.systemDark = query.matches
    query.addEventListener('change', (event) => {
      this.systemDark = event.matches
    })
    this.choice = themeChoices.find((choice) => choice === window.localStorage.getItem(storageKey)) ?? 'system'
    this.apply()
  }

  get dark(): boolean {
    return this.choice === 'system' ? this.systemDark : this.choice === 'dark'
  }

  /** system → light → dark → system. */
  next(): void {
    this.choose(themeChoices[(themeChoices.indexOf(this.choice) + 1) % themeChoices.length] ?? 'system')
  }

  choose(choice: ThemeChoice): void {
    this.choice = choice
    this.window.localStorage.setItem(storageKey, this.choice)
    this.apply()
  }

  private apply(): void {
    const root = this.window.document.documentElement
    if (this.choice === 'system') delete root.dataset['theme']
    else root.dataset['theme'] = this.choice
  }
}
