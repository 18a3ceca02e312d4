// Weight pruning and grafting through the whole wizard, watched from a second window; then asked again, found, and looked into.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, launchChromium, newContext, warnWithoutChromium } from './chromium.ts'
import { ServedCore } from './core.ts'

warnWithoutChromium()

interface Choices {
  readonly name: string
  readonly method: RegExp
  readonly ratio: string
  readonly epsilon: string
  readonly verifier: string
}

describe.skipIf(!hasChromium)('other ways through the wizard', () => {
  const core = new ServedCore()
  let browser: Browser
  let page: Page
  let second: Page
  let complaints: string[]
  const heading = (name: string, view = page) => view.getByRole('heading', { level: 1, name, exact: true }).waitFor()
  const tray = (view = page) => view.getByRole('complementary', { name: 'Jobs' })
  const stat = (name: string) => page.locator('.stat', { hasText: name }).locator('dd').first().innerText()

  beforeAll(async () => {
    const [link, started] = await Promise.all([core.start(), launchChromium()])
    browser = started
    const [one, two] = [await newContext(browser), await newContext(browser)]
    complaints = one.complaints
    page = await one.context.newPage()
    await page.goto(link)
    second = await two.context.newPage()
    await second.goto(await core.nextLink())
  })
  afterAll(async () => {
    await browser.close()
    await core.stop()
    core.remove()
  })

  /** From the first step to the start; small enough for a minute. */
  async function walk({ name, method, ratio, epsilon, verifier }: Choices): Promise<void> {
    const next = () => page.getByRole('link', { name: 'Next' }).click()
    await page.goto(`${new URL(page.url()).origin}/#/wizard/data`)
    await heading('Which images?')
    await page.getByLabel('Training images', { exact: true }).fill('800')
    await page.getByLabel('Test images', { exact: true }).fill('100')
    await next()
    await page.getByRole('radio', { name: /^NET1/ }).check()
    await next()
    await page.getByLabel('Epochs', { exact: true }).fill('2')
    await next()
    await page.getByRole('radio', { name: method }).check()
    await page.locator('#field-simplify-ratio').fill(ratio)
    await page.getByLabel('Epochs', { exact: true }).first().fill('1')
    await next()
    await page.getByLabel('Radius ε').fill(epsilon)
    await page.getByLabel('Method', { exact: true }).selectOption({ label: verifier })
    await page.getByLabel('Time limit, seconds').fill('5')
    await page.getByLabel('Number of images').fill('6')
    await next()
    await page.getByLabel('Name').fill(name)
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await heading(name)
  }
  /** The screen of the simplified network, once the job is done. */
  async function openSimplified(title: string): Promise<void> {
    await tray().getByText('No job is running').waitFor({ timeout: 240_000 })
    await page.getByRole('link', { name: title, exact: true }).first().click()
    await heading(title)
  }

  it('prunes weights', async () => {
    await walk({ name: 'by-weight', method: /^Weight pruning/, ratio: '0.8', epsilon: '0.1', verifier: 'CROWN' })
    await tray(second).getByRole('link', { name: 'by-weight' }).waitFor()
    await openSimplified('Weight-pruned')
    expect(Number((await stat('Nonzero weights')).replaceAll(',', ''))).toBeLessThan(0.25 * 52_896)
    expect(await stat('Hidden neurons')).toBe('112')
  })

  it('asks again what was not decided, with more time', async () => {
    await page.getByRole('tab', { name: /^Instances/ }).click()
    await page.getByRole('button', { name: /^Unknown \d/ }).waitFor()
    await page.getByRole('button', { name: 'Ask again…' }).click()
    const sheet = page.getByRole('dialog', { name: 'Ask again' })
    await sheet.getByLabel('Time limit for each image, seconds').fill('4')
    await sheet.getByText('At least 5 s').waitFor()
    await sheet.getByRole('button', { name: '× 2' }).click()
    await sheet.getByRole('button', { name: /^Ask about/ }).click()
    await page.getByText('at most 10 s an image').waitFor()
    await page.getByText('Done', { exact: true }).first().waitFor()
    await tray().getByText('No job is running').waitFor()
    expect(await page.getByRole('tab', { name: /^Instances/ }).innerText()).toMatch(/6$/)
  })

  it('grafts, and the other window sees it come, move and end', async () => {
    await second.goto(`${new URL(second.url()).origin}/#/runs`)
    await walk({ name: 'by-graft', method: /^Linearity grafting/, ratio: '0.4', epsilon: '0.08', verifier: 'Branch and bound' }) // prettier-ignore
    await second.getByRole('region', { name: 'Queue' }).getByRole('link', { name: 'by-graft' }).waitFor()
    await tray(second)
      .getByText(/epoch|batch|images done/)
      .waitFor({ timeout: 120_000 })
    await tray(second).getByText('No job is running').waitFor({ timeout: 240_000 })
    await openSimplified('Grafted')
    await page.getByRole('tab', { name: 'Neurons' }).click()
    await page.getByRole('img', { name: /^Learned slope against intercept/ }).waitFor()
    await page.getByRole('img', { name: /^Significance against instability/ }).waitFor()
    await page
      .getByRole('img', { name: /^How often neurons of/ })
      .first()
      .waitFor()
  })

  it('keeps how the searches went', async () => {
    await page.getByRole('link', { name: 'Baseline', exact: true }).first().click()
    await heading('Baseline')
    await page.getByRole('tab', { name: 'Search' }).click()
    await page.getByRole('heading', { name: /^As it was: image \d/ }).waitFor()
    await page.getByRole('img', { name: /^Bound against time/ }).waitFor()
  })

  it('finds runs by words, in the window that did not start them', async () => {
    const table = second.getByRole('table', { name: /Runs/ })
    const rows = (count: number) => second.locator(`table[aria-rowcount="${count + 1}"]`).waitFor()
    await rows(4)
    await second.getByRole('searchbox', { name: /^Find runs/ }).fill('graft')
    await rows(2)
    await table.getByRole('link', { name: 'Grafted', exact: true }).waitFor()
    await second.getByRole('searchbox', { name: /^Find runs/ }).fill('graft baseline')
    await rows(1)
    await second.getByRole('searchbox', { name: /^Find runs/ }).fill('nobody')
    await second.getByText('No run is called so').waitFor()
    await second.getByRole('searchbox', { name: /^Find runs/ }).fill('')
    await rows(4)
    expect(complaints).toEqual([])
  })
})
