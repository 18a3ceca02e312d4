// Long work survives: stop, pause and resume from the tray, a lost line, a killed core.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RecipeInput } from '../../core/contract/recipe.ts'
import { openApp } from './app.ts'
import { hasChromium, warnWithoutChromium } from './chromium.ts'
import { ServedCore } from './core.ts'
import { ask } from './screens/remote.ts'
import { shoot } from './shots.ts'

warnWithoutChromium()

const recipe: RecipeInput = {
  name: 'long-work',
  title: 'Long work',
  data: { source: 'sample', train: 2_000, test: 200 },
  variants: [{ name: 'only', title: 'Only', architecture: 'net1', train: { epochs: 25, earlyStop: null } }],
  verify: { epsilon: 0.01, timeoutSeconds: 10, images: { select: 'first', count: 3 } },
}

describe.skipIf(!hasChromium)('recovery', () => {
  const core = new ServedCore()
  let browser: Browser
  let page: Page
  const tray = () => page.getByRole('complementary', { name: 'Jobs' })
  const training = () =>
    tray()
      .getByText(/epoch \d+ of at most 25/)
      .waitFor()

  beforeAll(async () => {
    ;({ browser, page } = await openApp(core))
    const { id } = await ask(page, 'jobs.start', { recipe })
    await page.goto(`${new URL(page.url()).origin}/#/jobs/${id}`)
  })
  afterAll(async () => {
    await browser.close()
    await core.stop()
    core.remove()
  })

  it('stops from the tray and resumes from the page', async () => {
    await training()
    await tray().getByRole('button', { name: 'Stop', exact: true }).click()
    await page.getByText('Stopped', { exact: true }).first().waitFor()
    await tray().getByText('No job is running').waitFor()
    await page.getByRole('button', { name: 'Resume' }).click()
    await training()
  })

  it('pauses, stays paused, and goes on when told', async () => {
    await tray().getByRole('button', { name: 'Pause' }).click()
    await page.getByText('Paused', { exact: true }).first().waitFor()
    await tray().getByText('No job is running').waitFor()
    await page.getByRole('button', { name: 'Resume' }).click()
    await training()
  })

  it('stops after the epoch under way', async () => {
    await page.getByRole('button', { name: 'Stop after this epoch' }).click()
    await page.getByText('Stopped', { exact: true }).first().waitFor()
    await page.getByRole('button', { name: 'Resume' }).click()
    await training()
  })

  it('a queue on hold starts nothing, and its order can be changed', async () => {
    const origin = new URL(page.url()).origin
    const job = page.url()
    await page.goto(`${origin}/#/runs`)
    await page.getByRole('button', { name: 'Hold the queue' }).click()
    for (const name of ['second', 'third'])
      await page.evaluate(
        ([title, body]) =>
          fetch('/api/jobs.start', {
            method: 'POST',
            headers: {
              'content-type': 'application/json',
              'x-espalier-key': window.localStorage.getItem('espalier.key') ?? '',
            },
            body: JSON.stringify({ recipe: { ...(body as object), title } }),
          }).then((answer) => answer.status),
        [name, recipe] as const,
      )
    const queue = page.getByRole('region', { name: 'Queue' })
    await queue.getByRole('button', { name: 'Move third up' }).click()
    await queue.getByRole('button', { name: 'Move third up' }).and(page.locator(':disabled')).waitFor()
    const names = await queue.locator('li a').allInnerTexts()
    expect(names).toEqual(['Long work', 'third', 'second'])
    for (const name of ['third', 'second'])
      await queue.getByRole('listitem').filter({ hasText: name }).getByRole('button', { name: 'Take out' }).click()
    await queue.getByRole('button', { name: 'Go on' }).click()
    await page.goto(job)
  })

  it('says when it was stopped and when it was started anew, and goes on once its link was opened', async () => {
    await training()
    const port = Number(new URL(page.url()).port)
    await core.stop('SIGINT')
    expect(core.said).toMatch(/paused: Long work\. [^]*npx espalier run --resume job-\w+/)
    await page.getByRole('alert').filter({ hasText: 'does not answer: it was stopped' }).waitFor()
    await tray().getByText('Not connected').waitFor()
    await shoot(page, 'stopped')
    const link = await core.start(port)
    await page.getByRole('alert').filter({ hasText: 'Espalier was started anew' }).waitFor()
    await shoot(page, 'started-anew')
    const other = await page.context().newPage()
    await other.goto(link)
    await other.getByText('No job is running').waitFor()
    await page.getByRole('alert').filter({ hasText: 'started anew' }).waitFor({ state: 'detached' })
    await other.close()
    await page.getByRole('button', { name: 'Resume' }).click()
    await training()
  })

  it('says so when the line is lost, and finds the job interrupted when the core was killed', async () => {
    await training()
    await core.stop('SIGKILL')
    await page.getByRole('alert').filter({ hasText: 'does not answer: it was stopped' }).waitFor()
    await page.goto(await core.start())
    const banner = page.getByRole('alert').filter({ hasText: 'cut off' })
    await banner.getByRole('link', { name: 'Long work' }).click()
    await page.getByText('Interrupted').first().waitFor()
    await banner.getByRole('button', { name: 'Resume' }).click()
    await banner.waitFor({ state: 'detached' })
    await page.getByText('Done', { exact: true }).nth(1).waitFor({ timeout: 240_000 })
    await page.getByRole('link', { name: 'Only' }).first().click()
    await page.getByRole('tab', { name: 'Curves' }).click()
    await page.locator('summary', { hasText: 'As a table' }).first().click()
    const steps = page.locator('figure').first().locator('tbody tr')
    await steps.nth(24).waitFor()
    expect(await steps.count()).toBe(25)
  })

  it('shows the slimming scales of every epoch', async () => {
    const slider = page.getByRole('slider', { name: 'Epoch' })
    await slider.waitFor()
    expect(await slider.getAttribute('aria-valuetext')).toBe('after epoch 25')
    await slider.focus()
    await page.keyboard.press('Home')
    expect(await slider.getAttribute('aria-valuetext')).toBe('before')
    await page.keyboard.press('ArrowRight')
    const chart = page.locator('figure').filter({ hasText: 'Slimming scales' })
    await chart.getByText('after epoch 1', { exact: true }).first().waitFor()
    await page.keyboard.press('End')
    await slider.scrollIntoViewIfNeeded()
    await shoot(page, 'scales')
  })

  it('shows the log from before the core was killed, and what came after', async () => {
    await page.getByRole('tab', { name: 'Log' }).click()
    const log = page.getByRole('list', { name: 'Log' })
    await log.getByText('job done').waitFor()
    // Started, resumed three times in the first core, once in the second, once in the third.
    expect(await log.getByText('job running').count()).toBe(6)
    // Paused in the first core, and by its end; found interrupted by the third.
    expect(await log.getByText('job interrupted').count()).toBe(3)
    await shoot(page, 'log')
  })
})
