// Everybody can use it: axe finds nothing on any screen, light or dark; the wizard, the palette and the tour work by keyboard alone.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { violationsOf } from './axe.ts'
import { hasChromium, launchChromium, newContext, warnWithoutChromium } from './chromium.ts'
import { ServedCore } from './core.ts'
import { writeLargeHistory, type LargeHistory } from './large-history.ts'

warnWithoutChromium()

const wizardSteps = ['goal', 'data', 'model', 'train', 'simplify', 'verify', 'review']

describe.skipIf(!hasChromium)('accessibility', () => {
  const core = new ServedCore()
  let history: LargeHistory
  let browser: Browser
  let page: Page
  let dark: Page

  beforeAll(async () => {
    history = await writeLargeHistory(core.home, {
      jobs: 3,
      verdictsPerRun: 8,
      epochs: 12,
      series: 4,
      deepVerdicts: 24,
    })
    const [link, opened] = await Promise.all([core.start(), launchChromium()])
    browser = opened
    page = await (await newContext(browser)).context.newPage()
    await page.goto(link)
    dark = await (await newContext(browser, { dark: true })).context.newPage()
    await dark.goto(await core.nextLink())
  })
  afterAll(async () => {
    await browser.close()
    await core.stop()
    core.remove()
  })

  async function show(view: Page, hash: string): Promise<void> {
    await view.evaluate((next) => (window.location.hash = next), hash)
    await view.getByRole('heading', { level: 1 }).waitFor()
    await view.waitForLoadState('networkidle')
    await view.waitForTimeout(200)
  }

  it.each([
    ...[
      '#/',
      '#/data',
      '#/models',
      '#/runs',
      '#/compute',
      '#/guide',
      '#/settings',
      '#/check',
      '#/nowhere',
      '#/jobs/JOB',
    ],
    ...wizardSteps.map((step) => `#/wizard/${step}`),
    ...['curves', 'instances', 'figures', 'search', 'neurons', 'log', 'recipe'].map((tab) => `#/runs/RUN?tab=${tab}`),
    '#/compare?a=RUN&b=RUN',
  ])('axe finds nothing on %s, nor in its colours in the dark', async (place) => {
    const hash = place.replace('JOB', history.newestJob).replaceAll('RUN', history.deepRun)
    await show(page, hash)
    expect(await violationsOf(page)).toEqual([])
    await show(dark, hash)
    expect(await violationsOf(dark, ['color-contrast'])).toEqual([])
  })

  it('axe finds nothing in the sheets', async () => {
    await page.evaluate(() => (window.location.hash = '#/'))
    for (const keys of ['Control+k', '?']) {
      await page.keyboard.press(keys)
      await page.getByRole('dialog').waitFor()
      expect(await violationsOf(page)).toEqual([])
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
    }
  })

  /** Presses Tab until the element in focus has this name. */
  async function tabTo(name: RegExp): Promise<void> {
    const passed: string[] = []
    for (let presses = 0; presses < 60; presses++) {
      await page.keyboard.press('Tab')
      const label = await page.evaluate(() => {
        const focus = document.activeElement
        const labels = focus instanceof HTMLInputElement ? [...(focus.labels ?? [])].map((one) => one.textContent) : []
        return [focus?.getAttribute('aria-label'), ...labels, focus?.textContent].filter(Boolean).join(' ').trim()
      })
      if (name.test(label)) return
      passed.push(label.slice(0, 24))
    }
    throw new Error(`The Tab key never reaches ${String(name)}, but ${passed.join(' › ')}`)
  }

  it('the whole wizard works by keyboard alone, and focus can be seen', async () => {
    await page.evaluate(() => (window.location.hash = '#/'))
    await page.getByRole('heading', { name: 'Robustness you can prove' }).waitFor()
    await page.keyboard.press('n')
    for (const heading of [
      'What do you want?',
      'Which images?',
      'Which network?',
      'How is it trained?',
      'How is it made simpler?',
      'What is to be proved?',
    ]) {
      await page.getByRole('heading', { level: 1, name: heading }).waitFor()
      await tabTo(/^Next$/)
      const outline = await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineStyle)
      expect([heading, outline]).toEqual([heading, 'solid'])
      await page.keyboard.press('Enter')
    }
    await page.getByRole('heading', { level: 1, name: 'Review and start' }).waitFor()
    await tabTo(/^Name/)
    await page.keyboard.press('Control+a')
    await page.keyboard.type('by-keyboard')
    await tabTo(/^Start$/)
    expect(await page.getByLabel('Name').inputValue()).toBe('by-keyboard')
  })

  it('a choice is made with the arrow keys', async () => {
    await page.evaluate(() => (window.location.hash = '#/wizard/simplify'))
    await page.getByRole('radio', { name: /^Neuron pruning/ }).focus()
    await page.keyboard.press('ArrowDown')
    expect(await page.getByRole('radio', { name: /^Weight pruning/ }).isChecked()).toBe(true)
  })

  it('the palette finds places and jobs', async () => {
    await page.evaluate(() => (window.location.hash = '#/'))
    await page.keyboard.press('Control+k')
    await page.keyboard.type('sweep 1')
    await page.getByRole('option', { name: /^Sweep 1/ }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Sweep 1' }).waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('m')
    await page.getByRole('heading', { level: 1, name: 'Models' }).waitFor()
  })

  it('nothing moves for those who asked for that', async () => {
    await page.emulateMedia({ reducedMotion: 'reduce' })
    const longest = await page.evaluate(() =>
      Math.max(
        ...[...document.querySelectorAll('*')].map((element) => {
          const { transitionDuration, animationDuration } = getComputedStyle(element)
          return Math.max(parseFloat(transitionDuration), parseFloat(animationDuration))
        }),
      ),
    )
    expect(longest).toBeLessThan(0.001)
  })

  it('the tour comes once', async () => {
    const { context } = await newContext(browser, { tour: true })
    const fresh = await context.newPage()
    await fresh.goto(await core.nextLink())
    const tour = fresh.getByRole('dialog', { name: 'Welcome to Espalier' })
    await tour.waitFor()
    expect(await violationsOf(fresh)).toEqual([])
    for (let card = 0; card < 4; card++) await fresh.getByRole('button', { name: 'Next' }).press('Enter')
    await fresh.getByRole('button', { name: 'Begin' }).press('Enter')
    await fresh.getByRole('dialog').waitFor({ state: 'detached' })
    await fresh.reload()
    await fresh.getByRole('heading', { name: 'Robustness you can prove' }).waitFor()
    expect(await fresh.getByRole('dialog').count()).toBe(0)
    await context.close()
  })
})
