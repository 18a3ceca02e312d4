// Ten thousand runs and a million verdicts: the first screen is there at once, and no screen keeps the page busy for long.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { measureBusy } from './busy-time.ts'
import { hasChromium, launchChromium, newContext, warnWithoutChromium } from './chromium.ts'
import { ServedCore } from './core.ts'
import { promised, writeLargeHistory, type LargeHistory } from './large-history.ts'

warnWithoutChromium()

/** Milliseconds of processor time that nothing may keep the page busy for. */
const limit = 100

describe.skipIf(!hasChromium)(`a history of ${2 * promised.jobs} runs`, () => {
  const core = new ServedCore()
  let history: LargeHistory
  let browser: Browser
  let page: Page
  const go = (hash: string) => page.evaluate((next) => (window.location.hash = next), hash)
  /** The longest task of `work`; over the limit, the least of three times: what else runs here only ever adds to it. */
  async function longestTask(name: string, work: () => Promise<void>): Promise<number> {
    let least = Infinity
    for (let time = 0; time < 3 && least > limit; time++) {
      const { longest, tasks } = await measureBusy(browser, work)
      expect(tasks).toBeGreaterThan(20)
      process.stdout.write(`  ${name}: longest task ${longest.toFixed(1)} ms of ${tasks}\n`)
      least = Math.min(least, longest)
    }
    return least
  }
  /** Shows a place and scrolls it. */
  const busyAt = (hash: string, ready: () => Promise<unknown>): Promise<number> =>
    longestTask(hash, async () => {
      // From elsewhere, so that it is rendered anew each time.
      await go('#/guide')
      await page.getByRole('heading', { level: 1, name: 'Guide' }).waitFor()
      await go(hash)
      await ready()
      await page.locator('main').hover()
      for (const pixels of [600, 3_000, 60_000, 1e7, -1e7]) {
        await page.mouse.wheel(0, pixels)
        await page.waitForTimeout(150)
      }
    })

  beforeAll(async () => {
    const started = performance.now()
    history = await writeLargeHistory(core.home, promised)
    process.stdout.write(
      `  ${history.verdicts} verdicts written in ${((performance.now() - started) / 1000).toFixed(1)} s\n`,
    )
    const [link, opened] = await Promise.all([core.start(), launchChromium()])
    browser = opened
    page = await (await newContext(browser)).context.newPage()
    await page.goto(link)
    await page.getByRole('heading', { name: 'Robustness you can prove' }).waitFor()
  }, 900_000)
  afterAll(async () => {
    await browser.close()
    await core.stop()
    core.remove()
  })

  it('paints its first screen within a second', async () => {
    await go('#/runs')
    await page.getByRole('link', { name: 'pruned' }).first().waitFor()
    await page.reload()
    await page.getByRole('link', { name: 'pruned' }).first().waitFor()
    const paint = await page.evaluate(
      () => performance.getEntriesByName('first-contentful-paint').at(0)?.startTime ?? Infinity,
    )
    process.stdout.write(`  first contentful paint: ${paint.toFixed(0)} ms\n`)
    expect(paint).toBeLessThan(1_000)
  })

  it('shows every run, a few at a time', async () => {
    await go('#/runs')
    const table = page.getByRole('table', { name: /Runs/ })
    await table.waitFor()
    expect(await table.getAttribute('aria-rowcount')).toBe(String(history.runs + 1))
    expect(await table.getByRole('row').count()).toBeLessThan(80)
    await page.locator('main').hover()
    await page.mouse.wheel(0, 1e7)
    await page.getByRole('link', { name: 'Sweep 0', exact: true }).first().waitFor()
    expect(await table.getByRole('row').count()).toBeLessThan(80)
  })

  it('keeps the page free on every long screen', async () => {
    const row = page.locator('[data-row]').nth(5)
    const busy: Record<string, number> = {}
    busy['home'] = await busyAt('#/', () => page.getByRole('heading', { name: 'Recent' }).waitFor())
    busy['runs'] = await busyAt('#/runs', () => row.waitFor())
    busy['models'] = await busyAt('#/models', () => row.waitFor())
    busy['job'] = await busyAt(`#/jobs/${history.newestJob}`, () => page.getByRole('heading', { name: 'Results' }).waitFor()) // prettier-ignore
    busy['instances'] = await busyAt(`#/runs/${history.deepRun}?tab=instances`, () =>
      page.getByRole('tab', { name: /^Instances *10000/ }).waitFor(),
    )
    busy['curves'] = await busyAt(`#/runs/${history.deepRun}?tab=curves`, () => page.locator('canvas').nth(9).waitFor())
    expect(Object.entries(busy).filter(([, milliseconds]) => milliseconds > limit)).toEqual([])
  })

  it('sorts and filters ten thousand images without a stutter', async () => {
    const longest = await longestTask('sorting', async () => {
      await go('#/guide')
      await page.getByRole('heading', { level: 1, name: 'Guide' }).waitFor()
      await go(`#/runs/${history.deepRun}?tab=instances`)
      await page.getByRole('tab', { name: /^Instances *10000/ }).waitFor()
      await page.getByRole('button', { name: 'Time', exact: true }).click()
      await page.getByRole('button', { name: /^Timeout \d/ }).click()
      await page.locator('[data-row]').nth(3).waitFor()
    })
    expect(longest).toBeLessThan(limit)
  })
})
