// Pictures of every screen of the running app; kept in docs/screens when ESPALIER_SCREENS is set, thrown away otherwise.
import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'

const keep = process.env['ESPALIER_SCREENS'] !== undefined
const folder = keep ? join(import.meta.dirname, '../../docs/screens') : join(tmpdir(), 'espalier-screens')

interface View {
  readonly page: Page
  readonly scheme: 'light' | 'dark'
}

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

async function addresses(page: Page, jobAddress: string): Promise<Readonly<Record<string, string>>> {
  const origin = new URL(page.url()).origin
  const at = (hash: string) => `${origin}/${hash}`
  await page.goto(jobAddress)
  const runs = page.locator('ol a[href^="#/runs/"]')
  await runs.nth(1).waitFor()
  const [before, after] = await Promise.all([runs.nth(0), runs.nth(1)].map((link) => link.getAttribute('href')))
  await page.goto(at('#/models'))
  const model = page.locator('tbody a[href^="#/models/"]')
  const modelHash = await model.first().getAttribute('href')
  const id = (href: string | null | undefined) => href?.split('/').at(-1) ?? ''
  await page.goto(at(`${before ?? ''}?tab=instances`))
  await openCounterexample(page)
  const instance = new URL(page.url()).hash
  const steps = ['goal', 'data', 'model', 'train', 'simplify', 'verify', 'review']
  return {
    home: at('#/'),
    ...Object.fromEntries(steps.map((step, i) => [`wizard-${i + 1}-${step}`, at(`#/wizard/${step}`)])),
    data: at('#/data'),
    models: at('#/models'),
    model: at(modelHash ?? ''),
    runs: at('#/runs'),
    job: jobAddress,
    'run-curves': at(`${before ?? ''}?tab=curves`),
    'run-figures': at(`${before ?? ''}?tab=figures`),
    'run-search': at(`${before ?? ''}?tab=search`),
    'run-neurons': at(`${after ?? ''}?tab=neurons`),
    'run-instances': at(`${before ?? ''}?tab=instances`),
    'run-log': at(`${before ?? ''}?tab=log`),
    'run-recipe': at(`${before ?? ''}?tab=recipe`),
    'run-counterexample': at(instance),
    compare: at(`#/compare?a=${id(before)}&b=${id(after)}`),
    compute: at('#/compute'),
    guide: at('#/guide'),
    settings: at('#/settings'),
  }
}

const small = { width: 1280, height: 800 }
const large = { width: 1920, height: 1080 }
/** Screens that are kept in the large size too. */
const main = [
  'home',
  'wizard-1-goal',
  'wizard-5-simplify',
  'wizard-6-verify',
  'models',
  'runs',
  'run-instances',
  'run-search',
  'run-counterexample',
  'compare',
]

/** Until the screen shows more than its heading and has not changed for a while: a change of address alone loads nothing. */
async function settled(page: Page): Promise<void> {
  let before = ''
  for (let same = 0, tries = 0; same < 3 && tries < 100; tries++) {
    await page.waitForTimeout(150)
    const now = await page.locator('main').innerText()
    same = now === before && now.length > 60 ? same + 1 : 0
    before = now
  }
}

async function shoot(page: Page, address: string, file: string): Promise<void> {
  await page.goto(address)
  await page.waitForLoadState('networkidle')
  await settled(page)
  // Ample: Compute measures every provider, and the machine may be busy.
  await page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null, null, { timeout: 300_000 })
  await settled(page)
  await page.screenshot({ path: join(folder, file) })
}

export async function takeScreens(views: readonly View[], jobAddress: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const first = views.at(0)
  if (first === undefined) return
  const list = await addresses(first.page, jobAddress)
  for (const { page, scheme } of views) {
    // Thrown away, a few in the second scheme are enough; kept, each screen is there in both.
    const wanted = keep || scheme === 'light' ? Object.entries(list) : Object.entries(list).slice(0, 3)
    for (const [name, address] of wanted) await shoot(page, address, `${name}-${scheme}.png`)
    if (!keep) continue
    await page.setViewportSize(large)
    for (const [name, address] of wanted)
      if (main.includes(name)) await shoot(page, address, `${name}-${scheme}-1920.png`)
    await page.setViewportSize(small)
  }
}
