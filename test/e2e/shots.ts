// Pictures of one screen in both schemes and sizes; kept where ESPALIER_SHOTS names a folder, otherwise not taken.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'

const folder = process.env['ESPALIER_SHOTS']

export async function shoot(page: Page, name: string): Promise<void> {
  if (folder === undefined) return
  mkdirSync(folder, { recursive: true })
  const before = page.viewportSize()
  for (const [width, height] of [
    [1280, 800],
    [1920, 1080],
  ] as const) {
    // prettier-ignore
    await page.setViewportSize({ width, height })
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await page.waitForTimeout(250)
      await page.screenshot({ path: join(folder, `${name}-${colorScheme}-${width}.png`) })
    }
  }
  await page.emulateMedia({ colorScheme: 'light' })
  if (before !== null) await page.setViewportSize(before)
}
