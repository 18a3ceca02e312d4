// The whole road in a real Chromium against a real core: wizard, training, pruning, proofs, a counterexample, comparison.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openApp } from './app.ts'
import { hasChromium, newContext, warnWithoutChromium } from './chromium.ts'
import { ServedCore } from './core.ts'
import { openCounterexample } from './counterexample.ts'

warnWithoutChromium()

describe.skipIf(!hasChromium)('the app in Chromium', () => {
  const core = new ServedCore()
  let browser: Browser
  let page: Page
  let complaints: string[]
  let jobAddress = ''

  const next = () => page.getByRole('link', { name: 'Next' }).click()
  const heading = (name: string) => page.getByRole('heading', { level: 1, name }).waitFor()

  beforeAll(async () => {
    ;({ browser, page, complaints } = await openApp(core))
  })
  afterAll(async () => {
    await browser.close()
    await core.stop()
    core.remove()
  })

  it('opens on the home screen with no job', async () => {
    await heading('Robustness you can prove')
    await page.getByText('No job is running').waitFor()
    expect(new URL(page.url()).search).toBe('')
  })

  it('shows the images of the sample set with their classes', async () => {
    await page.getByRole('link', { name: 'Start the wizard' }).click()
    await heading('What do you want?')
    expect(await page.getByRole('radio', { name: /^Make a network verifiable/ }).isChecked()).toBe(true)
    await next()
    await heading('Which images?')
    await page.getByLabel('Training images', { exact: true }).fill('3000')
    await page.getByLabel('Test images', { exact: true }).fill('400')
    await page.getByText('3,000', { exact: true }).waitFor()
    expect(await page.getByRole('img', { name: /^Test image \d+/ }).count()).toBeGreaterThan(9)
  })

  it('lists architectures with their layers, and marks a wrong value near its field', async () => {
    await next()
    await heading('Which network?')
    await page.getByRole('radio', { name: /^NET1/ }).check()
    await page.getByRole('cell', { name: 'dense' }).first().waitFor()
    await next()
    await heading('How is it trained?')
    await page.getByLabel('Epochs', { exact: true }).fill('-3')
    await page.getByText('Must be at least 0.').waitFor()
    await page.getByLabel('Epochs', { exact: true }).fill('4')
    expect(await page.getByText('Must be at least 0.').count()).toBe(0)
  })

  it('asks for pruning, verification, and says what it costs at worst', async () => {
    await next()
    await heading('How is it made simpler?')
    await page.getByRole('radio', { name: /^Neuron pruning/ }).check()
    await page.getByText('Removes 57 of 112 neurons', { exact: true }).waitFor()
    await page.getByText('The network is not trained yet: how many go is known').waitFor()
    await page.getByLabel('Epochs', { exact: true }).fill('3')
    await next()
    await heading('What is to be proved?')
    await page.getByLabel('Radius ε').fill('0.06')
    await page.getByLabel('Time limit, seconds').fill('10')
    await page.getByLabel('Number of images').fill('10')
    await page.getByText('3 min 20 s').waitFor()
  })

  it('tries images on a stand-in, and says that it is one', async () => {
    const trial = page.getByRole('region', { name: 'Dry run' })
    await trial.getByText('The network is not trained yet. A stand-in is').waitFor()
    await trial.getByRole('button', { name: 'Try some images' }).click()
    await trial.getByText('20 images of 2 networks', { exact: false }).waitFor({ timeout: 240_000 })
    await trial.getByText('on average, easy and hard, by a stand-in, briefly trained').waitFor()
    await trial.getByText(/images looked at, for 1[.\d]* s each at most/).waitFor()
    expect([2, 3, 4]).toContain(await trial.getByRole('row').count())
  })

  it('loses nothing when going back, and shows the recipe', async () => {
    await page.getByRole('link', { name: 'Back' }).click()
    await page.getByRole('link', { name: 'Back' }).click()
    await heading('How is it trained?')
    expect(await page.getByLabel('Epochs', { exact: true }).inputValue()).toBe('4')
    await page.reload()
    expect(await page.getByLabel('Epochs', { exact: true }).inputValue()).toBe('4')
    await page.getByRole('button', { name: 'Recipe' }).click()
    await page.getByText('epsilon: 0.06').waitFor()
    await page.getByRole('button', { name: 'Close the recipe' }).click()
  })

  it('starts from the review', async () => {
    await page.getByRole('navigation', { name: 'Steps' }).getByRole('link', { name: 'Review' }).click()
    await page.getByLabel('Name').fill('first-try')
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await heading('first-try')
    jobAddress = page.url()
    expect(jobAddress).toMatch(/#\/jobs\//)
    await page.getByRole('complementary', { name: 'Jobs' }).getByRole('link', { name: 'first-try' }).waitFor()
  })

  it('goes on after a reload in mid-run', async () => {
    const tray = page.getByRole('complementary', { name: 'Jobs' })
    await tray.getByText(/epoch|batch|images done/).waitFor({ timeout: 120_000 })
    await page.reload()
    await heading('first-try')
    await tray.getByText(/epoch|batch|images done|No job is running/).waitFor({ timeout: 60_000 })
    await tray.getByText('No job is running').waitFor({ timeout: 240_000 })
    await page.getByText('Done').nth(2).waitFor()
  })

  it('shows curves, verdicts and a counterexample of the baseline', async () => {
    await page.getByRole('link', { name: 'Baseline' }).first().click()
    await heading('Baseline')
    await page.getByRole('tab', { name: 'Curves' }).click()
    await page.getByRole('img', { name: /^Loss;/ }).waitFor()
    await page.locator('summary', { hasText: 'As a table' }).first().click()
    await page.locator('figure table tbody tr').nth(3).waitFor()
    await page.getByLabel('Layer', { exact: true }).selectOption('bn2')
    await page.getByRole('img', { name: /^Slimming scales \|γ\| of bn2/ }).waitFor()
    await page.getByText(/^32 scales of batch norm/).waitFor()
    await page.getByRole('tab', { name: /Instances/ }).click()
    await page.getByRole('row').nth(10).waitFor()
    const sheet = await openCounterexample(page)
    await sheet.getByRole('img', { name: 'Signed difference' }).waitFor()
    await sheet.getByText(/^Difference × [\d.]+$/).waitFor()
    const distance = await sheet
      .locator('dt', { hasText: 'Largest change' })
      .locator('xpath=following-sibling::dd')
      .innerText()
    expect(Number(distance.split(' ')[0])).toBeGreaterThan(0)
    expect(Number(distance.split(' ')[0])).toBeLessThanOrEqual(0.06)
    await page.keyboard.press('Escape')
    await sheet.waitFor({ state: 'detached' })
  })

  it('compares the two runs', async () => {
    await page.getByRole('link', { name: /^Compare with/ }).click()
    await heading('Compare')
    const summary = page.getByRole('table').filter({ hasText: 'Hidden neurons' })
    await summary.waitFor()
    const neurons = await summary.getByRole('row', { name: /^Hidden neurons/ }).innerText()
    expect(neurons).toMatch(/112\s+55\s+−57/)
    const pairs = page.getByRole('table').filter({ hasText: 'Class' }).filter({ hasText: 'Change' })
    await pairs.getByRole('row').nth(10).waitFor()
    await page
      .getByRole('button', { name: /before, .* after$/ })
      .first()
      .click()
    expect(await pairs.getByRole('row').count()).toBeLessThanOrEqual(11)
  })

  it('shows the same history in a second window, in the dark', async () => {
    const second = await newContext(browser, { dark: true })
    const darkPage = await second.context.newPage()
    await darkPage.goto(await core.nextLink())
    const places = { '#/': 'Robustness you can prove', '#/data': 'Data', '#/models': 'Models', '#/runs': 'Runs' }
    for (const [hash, title] of Object.entries({ ...places, [new URL(jobAddress).hash]: 'first-try' })) {
      await darkPage.goto(`${new URL(jobAddress).origin}/${hash}`)
      await darkPage.getByRole('heading', { level: 1, name: title }).waitFor()
      await darkPage.waitForLoadState('networkidle')
    }
    await darkPage.goto(`${new URL(jobAddress).origin}/#/compute`)
    await darkPage.getByRole('img', { name: /^Espalier holds [\d.]+ [MG]iB, .* are free$/ }).waitFor()
    expect(second.complaints).toEqual([])
    await second.context.close()
  })

  it('had nothing to complain about', () => {
    expect(complaints).toEqual([])
  })
})
