// What most browser tests begin with: a history made by the command line, and the app of a core in a browser of its own.
import { execFile } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { launchChromium, newContext } from './chromium.ts'
import type { ServedCore } from './core.ts'

interface OpenApp {
  readonly browser: Browser
  readonly page: Page
  /** Every complaint of the page so far. */
  readonly complaints: string[]
}

/** Starts the core and opens its page; both are the caller's to close. */
export async function openApp(core: ServedCore): Promise<OpenApp> {
  const [link, browser] = await Promise.all([core.start(), launchChromium()])
  const { context, complaints } = await newContext(browser)
  const page = await context.newPage()
  await page.goto(link)
  return { browser, page, complaints }
}

/** Carries a recipe out in the data folder of a core that is not started yet. */
export async function carryOut({ home }: Pick<ServedCore, 'home'>, recipe: string): Promise<void> {
  const file = join(home, 'recipe.yaml')
  mkdirSync(home, { recursive: true })
  writeFileSync(file, recipe)
  const cli = join(import.meta.dirname, '../../core/cli/main.ts')
  await promisify(execFile)(process.execPath, [cli, 'run', file, '--home', home])
  rmSync(file)
}
