// Takes a screen in its four forms: two sizes, light and dark; each once the screen has come to rest.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { smallPng } from './small-png.ts'

const sizes = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
] as const

/** Ample: Compute measures every provider, and the machine may be busy. */
const longest = 300_000

/** Until nothing loads, and the words of the screen have not changed for a while: a change of address alone loads nothing. */
export async function settled(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle')
  let before = ''
  for (let same = 0, tries = 0; same < 4 && tries < 60; tries++) {
    await page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null, null, { timeout: longest })
    await page.waitForTimeout(120)
    const now = await page.locator('body').innerText()
    same = now === before && now.length > 60 ? same + 1 : 0
    before = now
  }
}

export interface Subject {
  /** What is to be at the top, where it is further down. */
  readonly below?: Locator
  /** It never comes to rest, because a job is running. */
  readonly live?: boolean
}

export class Camera {
  readonly #folder: string
  readonly #wanted: (name: string) => boolean
  #taken = 0

  /** @param words take only the pictures whose name holds one of them; all where there are none */
  constructor(folder: string, words: readonly string[]) {
    mkdirSync(folder, { recursive: true })
    this.#folder = folder
    this.#wanted = (name) => words.length === 0 || words.some((word) => name.includes(word))
  }

  get taken(): number {
    return this.#taken
  }

  /**
   * `NAME-light.png`, `NAME-dark.png`, and both at 1920 × 1080.
   * @param show brings the page to what is to be seen; not called where no picture is wanted
   */
  async take(page: Page, name: string, show: () => Promise<unknown>, { below, live }: Subject = {}): Promise<void> {
    if (!this.#wanted(name)) return
    await show()
    await below?.waitFor()
    if (live !== true) await settled(page)
    for (const size of sizes) {
      await page.setViewportSize(size)
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        // Charts are drawn again for another size and other colours.
        await page.waitForTimeout(300)
        await below?.evaluate((element) => element.scrollIntoView({ block: 'start' }))
        const end = size.width === 1280 ? '' : `-${size.width}`
        const picture = smallPng(await page.screenshot())
        writeFileSync(join(this.#folder, `${name}-${colorScheme}${end}.png`), picture)
        this.#taken += 1
      }
    }
    await page.emulateMedia({ colorScheme: 'light' })
    await page.setViewportSize(sizes[0])
  }
}
