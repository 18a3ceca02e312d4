// The desktop shell without Electron's binary: the built main process, preload and job process around a stand-in, its page in real Chromium.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { contentSecurityPolicy } from '../../core/contract/wire.ts'
import { hasChromium, launchChromium, newContext, warnWithoutChromium } from './chromium.ts'
import { DrivenShell } from './shell/driven-shell.ts'
import type { Served } from './shell/protocol.ts'

warnWithoutChromium()
const root = join(import.meta.dirname, '../..')
/** Stands for app://espalier/, which Chromium by itself does not know. */
const address = 'http://espalier.localhost/'

describe.skipIf(!hasChromium)('the shell around a stand-in for Electron', () => {
  const home = mkdtempSync(join(tmpdir(), 'espalier-shell-'))
  let shell: DrivenShell
  let browser: Browser
  let page: Page
  let complaints: string[]
  beforeAll(async () => {
    const vite = join(root, 'node_modules/vite/bin/vite.js')
    execFileSync(process.execPath, [vite, 'build', '--config', 'electron/vite.config.ts', '--logLevel', 'error'], { cwd: root }) // prettier-ignore
    mkdirSync(join(home, 'profile'))
    shell = new DrivenShell(home)
    browser = await launchChromium()
    const opened = await newContext(browser)
    ;({ complaints } = opened)
    page = await opened.context.newPage()
    await shell.logged('app://espalier/')
    await shell.open(page, address)
  }, 300_000)
  afterAll(async () => {
    await browser.close()
    shell.kill()
    rmSync(home, { recursive: true, force: true })
  })

  it('takes its precautions before it is ready, and hardens the window', () => {
    expect(shell.log.slice(0, 3)).toEqual(['scheme', 'sandbox', 'ready'])
    expect(shell.windows[0]).toMatchObject({
      webPreferences: { contextIsolation: true, sandbox: true, nodeIntegration: false, devTools: false },
    })
  })

  it('serves the page with its policy, and nothing beside it', async () => {
    const get = (path: string) => shell.ask({ type: 'fetch', url: `app://espalier/${path}` }) as Promise<Served>
    expect((await get('')).headers['content-security-policy']).toBe(contentSecurityPolicy)
    expect((await get('..%2felectron%2felectron%2fmain.js')).status).toBe(404)
  })

  it('shows the app over the bridge of the preload', async () => {
    await page.getByRole('heading', { name: 'Robustness you can prove' }).waitFor()
    await page.getByRole('link', { name: 'Settings' }).click()
    await page.getByText(/Espalier \d+\.\d+\.\d+, as a desktop app/).waitFor()
    expect(complaints).toEqual([])
  })

  it('refuses other pages, and methods that there are not', async () => {
    const invoke = (channel: string, from: string) => shell.ask({ type: 'invoke', channel, from, inputs: [{}] })
    expect(await invoke('espalier:call:app.info', 'https://example.org/')).toMatchObject({
      ok: false,
      error: { code: 'api/unauthorised' },
    })
    expect(await invoke('espalier:call:toString', 'app://espalier/')).toBe('no handler')
  })

  it('goes where the menu says, and opens a second window', async () => {
    expect(await shell.ask({ type: 'menu', label: 'Runs' })).toBe(true)
    await shell.logged('app://espalier/#/runs')
    await shell.ask({ type: 'menu', label: 'New window' })
    await expect.poll(() => shell.windows.length).toBe(2)
  })

  it('shows a file that a second start names, by a handle and not by its path', async () => {
    const file = join(home, 'private network.onnx')
    writeFileSync(file, 'nothing yet')
    await shell.ask({ type: 'start', args: ['espalier', '--flag', file, '/etc/passwd'] })
    const shown = () => shell.log.find((line) => line.includes('#/check?'))
    await expect.poll(shown, { timeout: 10_000 }).toMatch(/^app:\/\/espalier\/#\/check\?network=[\w-]{32}$/)
  })

  it('takes the folder that the dialog of the system gives, and lists none to its page', async () => {
    const invoke = (channel: string, input: unknown) =>
      shell.ask({ type: 'invoke', channel, from: 'app://espalier/', inputs: [input] })
    expect(await invoke('espalier:call:folders.list', { path: null })).toMatchObject({ error: { code: 'api/unauthorised' } }) // prettier-ignore
    await page.evaluate(() => (window.location.hash = '#/wizard/data'))
    await page.getByRole('radio', { name: /^Images on this computer/ }).check()
    await page.getByRole('button', { name: 'Choose a folder…' }).click()
    const field = page.getByLabel('Folder or file', { exact: true })
    await expect.poll(() => field.inputValue(), { timeout: 60_000 }).toBe(join(home, 'profile'))
    // Closed without a choice: nothing changes.
    await page.getByRole('button', { name: 'Choose a file…' }).click()
    expect(await field.inputValue()).toBe(join(home, 'profile'))
  })

  it('runs a job in a utility process: awake, with progress; closing asks, pauses, stores and ends', async () => {
    const inputs = [{ recipe: { name: 'shell', data: { source: 'sample', train: 4_000, test: 100 }, variants: [{ name: 'long', architecture: 'net1', train: { epochs: 500 } }], verify: null } }] // prettier-ignore
    const started = await shell.ask({ type: 'invoke', channel: 'espalier:call:jobs.start', from: 'app://espalier/', inputs }) // prettier-ignore
    expect(started).toMatchObject({ ok: true })
    await shell.logged('awake')
    await expect.poll(() => shell.log.some((line) => /^progress 0\./.test(line)), { timeout: 120_000 }).toBe(true)
    await page
      .getByText(/epoch \d+ of at most 500/)
      .first()
      .waitFor()
    // One of two windows: nothing to ask.
    await shell.ask({ type: 'close', answer: 0 })
    expect(shell.log.some((line) => line.startsWith('asked'))).toBe(false)
    await shell.ask({ type: 'close', answer: 0 })
    await shell.logged('asked: A job is running.')
    await shell.ask({ type: 'close', answer: 1 })
    expect(await shell.ended()).toBe(0)
    expect(shell.log).toContain('may sleep')
  })
})
