// Debian's Chromium under Playwright: where it is, how it is started, and what to say where it is missing.
import { existsSync } from 'node:fs'
import { chromium, type Browser, type BrowserContext } from 'playwright-core'

export const chromiumPath = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
export const hasChromium = existsSync(chromiumPath)

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
]

/** Says aloud that browser tests are left out. */
export function warnWithoutChromium(): void {
  if (!hasChromium) process.stderr.write(`\nSKIPPED: no Chromium at ${chromiumPath}; set CHROMIUM to its path.\n`)
}

export function launchChromium(more: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath, args: [...flags, ...more] })
}

/** Blank pages have no storage. */
function rememberTour(): void {
  if (window.location.protocol === 'http:') window.localStorage.setItem('espalier.tour', 'seen')
}

/** A fresh profile at the size of the screenshots; every complaint of the page is collected. */
export async function newContext(
  browser: Browser,
  options: { dark?: boolean; tour?: boolean } = {},
): Promise<{ context: BrowserContext; complaints: string[] }> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    colorScheme: options.dark === true ? 'dark' : 'light',
  })
  // The tour comes by itself on the first start: only its own test wants it.
  if (options.tour !== true) await context.addInitScript(rememberTour)
  // Ample: the machine may be busy with a job of its own.
  context.setDefaultTimeout(120_000)
  const complaints: string[] = []
  context.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  context.on('weberror', (error) => complaints.push(String(error.error())))
  return { context, complaints }
}
