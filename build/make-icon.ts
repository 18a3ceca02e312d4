// Renders renderer/public/icon.svg to the PNG that installers make their icons from. Run: node build/make-icon.ts
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

const side = 1024
const root = join(import.meta.dirname, '..')
const svg = readFileSync(join(root, 'renderer/public/icon.svg'), 'base64')
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
})
const page = await browser.newPage({ viewport: { width: side, height: side } })
await page.setContent(
  `<body style="margin:0"><img width="${side}" height="${side}" src="data:image/svg+xml;base64,${svg}"></body>`,
)
mkdirSync(join(root, 'build/icons'), { recursive: true })
await page.screenshot({ path: join(root, 'build/icons/icon.png'), omitBackground: true })
await browser.close()
