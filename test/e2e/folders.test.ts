// Images found on this computer by the browser of folders: by mouse and by keyboard, from the wizard and from Data.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encode } from 'fast-png'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openApp } from './app.ts'
import { violationsOf } from './axe.ts'
import { hasChromium, warnWithoutChromium } from './chromium.ts'
import { ServedCore } from './core.ts'
import { shoot } from './shots.ts'

warnWithoutChromium()

/** Ten grey images of two classes, as folders and as a table. */
function writeImages(folder: string): void {
  const rows = ['label,' + Array.from({ length: 64 }, (_, i) => `p${i}`).join(',')]
  for (let k = 0; k < 10; k++) {
    const label = k % 2 === 0 ? 'bright' : 'dark'
    const data = Uint8Array.from({ length: 64 }, (_, i) => (k % 2 === 0 ? 255 - i : i))
    mkdirSync(join(folder, 'shapes', label), { recursive: true })
    writeFileSync(join(folder, 'shapes', label, `${k}.png`), encode({ width: 8, height: 8, data, channels: 1 }))
    rows.push([k % 2, ...data].join(','))
  }
  mkdirSync(join(folder, 'empty'))
  // Two tables: which one the folder stands for cannot be told.
  for (const name of ['table.csv', 'other.csv']) writeFileSync(join(folder, name), rows.join('\n'))
}

describe.skipIf(!hasChromium)('the browser of folders', () => {
  const core = new ServedCore()
  const folder = mkdtempSync(join(tmpdir(), 'espalier-images-'))
  let browser: Browser
  let page: Page
  let complaints: string[]
  const sheet = () => page.getByRole('dialog')
  const row = (name: string) => sheet().getByRole('listitem').getByRole('button', { name })

  beforeAll(async () => {
    writeImages(folder)
    ;({ browser, page, complaints } = await openApp(core))
  })
  afterAll(async () => {
    await browser.close()
    await core.stop()
    core.remove()
    rmSync(folder, { recursive: true, force: true })
  })

  it('begins at home, or where the form points, and shows what folders and files look like', async () => {
    await page.goto(`${new URL(page.url()).origin}/#/wizard/data`)
    await page.getByRole('radio', { name: /^Images on this computer/ }).check()
    await page.getByLabel('Folder or file', { exact: true }).fill('')
    await page.getByRole('button', { name: 'Choose…' }).click()
    await sheet().getByRole('button', { name: 'Home' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByLabel('Folder or file', { exact: true }).fill(folder)
    await page.getByText('data/unknown-format').waitFor()
    await page.getByRole('button', { name: 'Choose…' }).click()
    await row('shapes').getByText('Image folders').waitFor()
    await row('table.csv').getByText('CSV table').waitFor()
    expect(await row('empty').innerText()).toBe('empty')
    expect(await violationsOf(page)).toEqual([])
    await shoot(page, 'folders')
  })

  it('is walked by the keyboard, and a folder is used with Enter', async () => {
    await row('empty').and(page.locator(':focus')).waitFor()
    await page.keyboard.press('ArrowDown')
    await row('shapes').and(page.locator(':focus')).waitFor()
    await page.keyboard.press('Enter')
    // The keyboard is where one goes on.
    await sheet().getByText('Looks like: Image folders').waitFor()
    await sheet().getByRole('button', { name: 'Use this folder' }).and(page.locator(':focus')).waitFor()
    await row('bright').waitFor()
    await shoot(page, 'folders-found')
    await page.keyboard.press('Shift+Tab')
    await row('bright').and(page.locator(':focus')).waitFor()
    await page.keyboard.press('Backspace')
    await row('table.csv').waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await sheet().getByRole('button', { name: 'Use this folder' }).and(page.locator(':focus')).press('Enter')
    await sheet().waitFor({ state: 'detached' })
    expect(await page.getByLabel('Folder or file', { exact: true }).inputValue()).toBe(join(folder, 'shapes'))
    await page.getByText('1 × 8 × 8').waitFor()
  })

  it('takes a file with one press, and only folders where only folders will do', async () => {
    await page.getByRole('radio', { name: /^CSV tables/ }).check()
    await page.getByRole('button', { name: 'Choose…' }).click()
    await sheet().getByRole('navigation', { name: 'Where this is' }).getByRole('button').last().click()
    await row('table.csv').click()
    expect(await page.getByLabel('Folder or file', { exact: true }).inputValue()).toBe(join(folder, 'table.csv'))
    await page.getByText('1 × 8 × 8').waitFor()
    await page.getByRole('radio', { name: /^Image files/ }).check()
    await page.getByRole('button', { name: 'Choose…' }).click()
    await row('shapes').waitFor()
    expect(await row('table.csv').count()).toBe(0)
    await page.keyboard.press('Escape')
  })

  it('says why a folder cannot be shown, and shows home instead', async () => {
    await page.getByLabel('Folder', { exact: true }).fill(join(folder, 'gone'))
    await page.getByRole('button', { name: 'Choose…' }).click()
    await sheet()
      .getByRole('list', { name: /^Folders in / })
      .waitFor()
    await page.keyboard.press('Escape')
  })

  it('opens images from Data', async () => {
    await page.goto(`${new URL(page.url()).origin}/#/data`)
    await page.getByRole('button', { name: 'Open images…' }).click()
    await row('shapes').click()
    await sheet().getByRole('button', { name: 'Use this folder' }).click()
    await page.getByRole('heading', { name: 'shapes' }).waitFor()
    await page.getByText('Folders of PNG or JPEG').first().waitFor()
    expect(await violationsOf(page)).toEqual([])
  })

  it('left no complaint of the page', () =>
    expect(complaints.filter((one) => !/422|Failed to load/.test(one))).toEqual([]))
})
