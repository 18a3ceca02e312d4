// The Compute screen: what jobs may take of the machine is set there, kept, and shown beside the memory in use.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openApp } from './app.ts'
import { violationsOf } from './axe.ts'
import { hasChromium, warnWithoutChromium } from './chromium.ts'
import { ServedCore } from './core.ts'
import { shoot } from './shots.ts'

warnWithoutChromium()

describe.skipIf(!hasChromium)('threads and memory cap', () => {
  const core = new ServedCore()
  let browser: Browser
  let page: Page
  const save = () => page.getByRole('button', { name: 'Save', exact: true })
  const threads = () => page.getByLabel('Threads', { exact: true })
  const cap = () => page.getByLabel('Memory cap, GiB', { exact: true })

  beforeAll(async () => {
    ;({ browser, page } = await openApp(core))
    await page.evaluate(() => (window.location.hash = '#/compute'))
    await threads().waitFor()
  })
  afterAll(async () => {
    await browser.close()
    await core.stop()
    core.remove()
  })

  it('are automatic at first, and say what that is', async () => {
    expect([await threads().inputValue(), await cap().inputValue()]).toEqual(['0', '0'])
    await page.getByText(/Automatic comes to (one thread|\d+ threads) and [\d.,]+ GiB here/).waitFor()
    expect(await save().isDisabled()).toBe(true)
  })

  it('are refused in words where they are wrong', async () => {
    await threads().fill('1.5')
    await cap().fill('lots')
    await page.getByText('Must be a whole number.').waitFor()
    await page.getByText('Must be a number.').waitFor()
    expect(await save().isDisabled()).toBe(true)
    expect(await violationsOf(page)).toEqual([])
  })

  it('are kept over a reload, and the cap stands beside the memory in use', async () => {
    await threads().fill('1')
    await cap().fill('1.5')
    await save().click()
    await page.getByText('Saved.').waitFor()
    await page.getByRole('region', { name: 'Memory' }).getByText('1.5 GiB').waitFor()
    await page.reload()
    await threads().waitFor()
    expect([await threads().inputValue(), await cap().inputValue()]).toEqual(['1', '1.5'])
    expect(await violationsOf(page)).toEqual([])
    await shoot(page, 'compute-settings')
  })
})
