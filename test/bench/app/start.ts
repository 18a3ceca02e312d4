// How large the interface is and how soon it can be used: from the start of the core to a page that answers clicks. Run: npm run bench start
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Browser } from 'playwright-core'
import { launchChromium, newContext } from '../../e2e/chromium.ts'
import { ServedCore } from '../../e2e/core.ts'

const largestBundle = 1_000_000
const longestStart = 2_000
const starts = 5

interface Start {
  /** Milliseconds from the start of the process until its link is printed. */
  readonly core: number
  /** Milliseconds from opening the link until the wizard's first step, asked for by a click, shows its choices. */
  readonly page: number
}

/** Compressed bytes of everything the page may load: code, style, page; fonts are compressed as they are. */
function bundleBytes(): number {
  const folder = join(import.meta.dirname, '../../../dist/renderer')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /\.\w+$/.test(file))
  return files.reduce((sum, file) => sum + gzipSync(readFileSync(join(folder, file))).length, 0)
}

async function start(browser: Browser): Promise<Start> {
  const core = new ServedCore()
  const { context } = await newContext(browser)
  try {
    const began = performance.now()
    const link = await core.start()
    const started = performance.now()
    const page = await context.newPage()
    await page.goto(link, { waitUntil: 'commit' })
    await page.getByRole('link', { name: 'Wizard', exact: true }).click()
    await page.getByRole('radio', { name: /^Make a network verifiable/ }).waitFor()
    return { core: started - began, page: performance.now() - started }
  } finally {
    await context.close()
    await core.stop()
    core.remove()
  }
}

const bytes = bundleBytes()
const browser = await launchChromium()
const measured: Start[] = []
for (let time = 0; time < starts; time++) measured.push(await start(browser))
await browser.close()
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]
const core = median(measured.map((one) => one.core))
const page = median(measured.map((one) => one.page))
process.stdout.write(`interface: ${(bytes / 1_000).toFixed(0)} kB compressed, of ${largestBundle / 1_000}\n`)
process.stdout.write(`core ready after ${core.toFixed(0)} ms, page answers a click after ${page.toFixed(0)} ms more\n`)
process.stdout.write(
  `all starts: ${measured.map((one) => (one.core + one.page).toFixed(0)).join(', ')} ms, of ${longestStart}\n`,
)
if (bytes > largestBundle || core + page > longestStart) process.exitCode = 1
