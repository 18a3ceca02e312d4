// Compare, figures, the report and the reviewer's bundle in a real browser on runs of a real core.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunRow } from '../../core/contract/rows.ts'
import { carryOut, openApp } from './app.ts'
import { hasChromium, newContext, warnWithoutChromium } from './chromium.ts'
import { ServedCore } from './core.ts'

warnWithoutChromium()

const root = join(import.meta.dirname, '../..')
const recipe = `
name: compare
data: { source: sample, train: 1000, test: 200 }
variants:
  - { name: before, title: Before, architecture: net1, train: { epochs: 3, gammaL1: 0.002 } }
  - { name: pruned, title: Pruned, from: before, simplify: { method: neuron, ratio: 0.5 }, fineTune: { epochs: 2 } }
  - { name: grafted, title: Grafted, from: before, simplify: { method: graft, ratio: 0.4, images: 20 } }
verify: { epsilon: 0.05, timeoutSeconds: 5, certify: always, images: { select: first, count: 8 } }
`

describe.skipIf(!hasChromium)('runs side by side', () => {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-compare-'))
  const core = new ServedCore(join(folder, 'home'))
  const espalier = (...args: string[]) =>
    execFileSync(process.execPath, [join(root, 'core/cli/main.ts'), ...args, '--home', core.home], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  let browser: Browser
  let page: Page
  let origin: string
  let ids: readonly string[]
  let complaints: string[]

  beforeAll(async () => {
    await carryOut(core, recipe)
    const runs = JSON.parse(espalier('runs', '--json')) as RunRow[]
    ids = ['before', 'pruned', 'grafted'].map((name) => runs.find(({ variant }) => variant === name)?.id ?? '')
    ;({ browser, page, complaints } = await openApp(core))
    origin = new URL(page.url()).origin
  }, 600_000)
  afterAll(async () => {
    await browser.close()
    await core.stop()
    rmSync(folder, { recursive: true })
  })

  const download = async (name: string) => {
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name }).first().click(),
    ])
    const path = join(folder, file.suggestedFilename())
    await file.saveAs(path)
    return { name: file.suggestedFilename(), path }
  }

  it('compares three, differences only until told otherwise, and opens the images of a cell', async () => {
    const [a = '', b = '', c = ''] = ids
    await page.goto(`${origin}/#/compare?a=${a}&b=${b}`)
    await page.getByRole('heading', { name: 'Summary' }).waitFor()
    // How the pruned one was made includes the training of what it was made from, which is the same.
    await page.getByRole('row', { name: 'Simplification none Neuron pruning' }).waitFor()
    expect(await page.getByRole('row', { name: /^Time limit|^Training/ }).count()).toBe(0)
    await page.getByLabel('Show what is the same too').check()
    await page.getByRole('row', { name: /^Time limit, seconds/ }).waitFor()
    await page.getByRole('button', { name: /Add the other variants/ }).click()
    expect(page.url()).toContain(`more=${c}`)
    await page.getByLabel(/against$/).selectOption({ label: 'Grafted' })
    await page
      .getByRole('button', { name: /before, .* after$/ })
      .first()
      .click()
    await page.getByRole('heading', { name: 'Images asked about in both: chosen cell' }).waitFor()
    await page.getByText('No run beats these in both at once').waitFor()
    await page.getByRole('img', { name: /^Average lower bounds by layer/ }).waitFor()
    await page.getByRole('img', { name: /^How often neurons of relu1 are unstable, by run/ }).waitFor()
  })

  it('shows figures and neurons of a run, each as PNG, CSV and table', async () => {
    await page.goto(`${origin}/#/runs/${ids[2] ?? ''}?tab=neurons`)
    await page.getByRole('img', { name: /^Neurons by state/ }).waitFor()
    await page.getByRole('img', { name: /^Significance against instability/ }).waitFor()
    await page.getByRole('img', { name: /^Learned slope against intercept/ }).waitFor()
    expect((await download('Save Neurons by state as PNG')).name).toBe('Neurons-by-state.png')
    expect((await download('Save Neurons by state as CSV')).name).toBe('Neurons-by-state.csv')
    await page.getByText('As a table').first().click()
    await page.getByRole('table').first().waitFor()
    await page.getByRole('tab', { name: 'Figures' }).click()
    await page.getByRole('img', { name: /^Verified accuracy against time limit/ }).waitFor()
  })

  it('gives a report that opens offline, and a bundle that is proved again', async () => {
    await page.goto(`${origin}/#/runs/${ids[1] ?? ''}?tab=instances`)
    await page.getByText(/certificates are kept,\s+[\d.]+ kB:\s+espalier check proves/).waitFor()
    const report = await download('Report')
    const { context } = await newContext(browser)
    const asked: string[] = []
    context.on('request', (request) => asked.push(request.url()))
    await context.setOffline(true)
    const reader = await context.newPage()
    await reader.goto(`file://${report.path}`)
    await reader.getByRole('heading', { name: 'Pruned', level: 1 }).waitFor()
    expect(asked.filter((address) => !address.startsWith('file:') && !address.startsWith('data:'))).toEqual([])
    await context.close()
    const bundle = await download('Bundle')
    expect(bundle.name).toMatch(/\.zip$/)
    const checked = JSON.parse(espalier('check', bundle.path, '--json')) as {
      result: string
      instances: number
      proved: number
    }
    expect(checked).toMatchObject({ result: 'checked', instances: 8 })
    expect(checked.proved).toBeGreaterThan(0)
    expect(complaints).toEqual([])
  })
})
