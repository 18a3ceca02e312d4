// Starts a packaged Espalier, waits until its window shows the app and its core answers, and closes it. Run: node build/smoke.ts EXECUTABLE
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron as electron } from 'playwright-core'

const executablePath = process.argv.at(2)
if (executablePath === undefined) {
  process.stderr.write('Name the executable: node build/smoke.ts out/linux-unpacked/espalier\n')
  process.exit(2)
}
const home = mkdtempSync(join(tmpdir(), 'espalier-smoke-'))
const app = await electron.launch({
  executablePath,
  args: ['--no-sandbox', `--user-data-dir=${join(home, 'profile')}`],
  env: { ...process.env, ESPALIER_HOME: join(home, 'data') },
})
try {
  const page = await app.firstWindow()
  await page.getByRole('dialog', { name: 'Welcome to Espalier' }).getByRole('button', { name: 'Close' }).click()
  await page.getByRole('heading', { name: 'Robustness you can prove' }).waitFor({ timeout: 60_000 })
  await page.goto('app://espalier/#/settings')
  await page.getByText(/Espalier \d+\.\d+\.\d+ · electron/).waitFor({ timeout: 60_000 })
  process.stdout.write('The packaged app starts, shows its page, and its core answers.\n')
} finally {
  await app.close()
  rmSync(home, { recursive: true, force: true })
}
