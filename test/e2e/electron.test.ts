// The same app in Electron, driven by Playwright; runs wherever Electron's binary is and a display can be had.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { _electron as electron, type ElectronApplication, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const folder = dirname(createRequire(import.meta.url).resolve('electron/package.json'))
const pathFile = join(folder, 'path.txt')
const binary = existsSync(pathFile) ? join(folder, 'dist', readFileSync(pathFile, 'utf8')) : null
const display = process.platform !== 'linux' || Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY'])
const built = existsSync(join(root, 'dist/electron/electron/main.js'))
const missing = [
  ...(binary !== null && existsSync(binary) ? [] : ["Electron's binary is not here (npx install-electron fetches it)"]),
  ...(display ? [] : ['there is no display']),
  ...(built ? [] : ['dist/electron is not built (npm run build:electron)']),
]
if (missing.length > 0) process.stderr.write(`\nSKIPPED: the Electron test: ${missing.join('; ')}.\n`)

describe.skipIf(missing.length > 0)('the app in Electron', () => {
  const home = mkdtempSync(join(tmpdir(), 'espalier-electron-'))
  let app: ElectronApplication
  let page: Page
  beforeAll(async () => {
    app = await electron.launch({
      executablePath: binary ?? '',
      args: [root, '--no-sandbox', `--user-data-dir=${join(home, 'profile')}`],
      env: { ...process.env, ESPALIER_HOME: join(home, 'data') },
    })
    page = await app.firstWindow()
    await page.getByRole('dialog', { name: 'Welcome to Espalier' }).getByRole('button', { name: 'Close' }).click()
  })
  afterAll(async () => {
    await app.close()
    rmSync(home, { recursive: true, force: true })
  })

  it('opens our page from our scheme with the bridge and nothing of Node', async () => {
    await page.getByRole('heading', { name: 'Robustness you can prove' }).waitFor()
    expect(page.url()).toMatch(/^app:\/\/espalier\//)
    const inside = await page.evaluate(() => [
      'espalier' in window ? 'bridge' : 'none',
      'require' in window,
      'process' in window,
    ])
    expect(inside).toEqual(['bridge', false, false])
  })

  it('neither leaves its origin nor opens windows nor reaches the network', async () => {
    await page.evaluate(() => window.open('https://example.org/'))
    expect(app.windows()).toHaveLength(1)
    expect(
      await page.evaluate(() =>
        fetch('http://127.0.0.1:9/').then(
          () => 'reached',
          () => 'refused',
        ),
      ),
    ).toBe('refused')
  })

  it('answers calls of the contract and refuses others', async () => {
    await page.getByRole('link', { name: 'Compute' }).click()
    await page.getByText('self-test passed').first().waitFor({ timeout: 60_000 })
    await page.getByText(/, as a desktop app,/).waitFor()
  })

  it('runs a job in a utility process', async () => {
    await page.getByRole('link', { name: 'Wizard' }).click()
    const steps = page.getByRole('navigation', { name: 'Steps' })
    await steps.getByRole('link', { name: 'Data' }).click()
    await page.getByLabel('Training images', { exact: true }).fill('500')
    await page.getByLabel('Test images', { exact: true }).fill('100')
    await steps.getByRole('link', { name: 'Train' }).click()
    await page.getByLabel('Epochs', { exact: true }).fill('1')
    await steps.getByRole('link', { name: 'Simplify' }).click()
    await page.getByRole('radio', { name: /^Nothing/ }).check()
    await steps.getByRole('link', { name: 'Verify' }).click()
    await page.getByLabel('Number of images').fill('2')
    await page.getByLabel('Time limit, seconds').fill('5')
    await steps.getByRole('link', { name: 'Review' }).click()
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await page.getByText('Done').nth(1).waitFor({ timeout: 120_000 })
  })
})
