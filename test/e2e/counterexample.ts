// The way to a counterexample on the instances of a run.
import type { Locator, Page } from 'playwright-core'

/** Opens the first falsified image that was changed to fool the network; some are misclassified as they are. */
export async function openCounterexample(page: Page): Promise<Locator> {
  await page.getByRole('button', { name: /^Falsified \d/ }).click()
  const rows = page.getByRole('button', { name: /^Open image/ })
  const sheet = page.getByRole('dialog')
  for (let row = 0; row < (await rows.count()); row++) {
    await rows.nth(row).click()
    await sheet.getByRole('heading', { name: /^Logits/ }).waitFor()
    if ((await sheet.getByRole('img', { name: 'The counterexample' }).count()) > 0) return sheet
    await page.keyboard.press('Escape')
    await sheet.waitFor({ state: 'detached' })
  }
  throw new Error('No falsified image has a counterexample that differs from it.')
}
