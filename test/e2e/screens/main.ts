// `npm run screens [words]`: pictures of every screen of the running app for docs/screens, or of those whose name holds a word.
// ESPALIER_SCREENS names another folder, ESPALIER_SCREENS_HOME a data folder whose history is made once and kept.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { launchChromium, newContext } from '../chromium.ts'
import { ServedCore } from '../core.ts'
import { Camera } from './camera.ts'
import { makeCheckFiles, makeHistory } from './history.ts'
import { checkScenes, compareScenes, emptyScenes, findRuns, mainScenes, modelScenes, runScenes, sheetScenes } from './scenes.ts' // prettier-ignore
import { workScenes } from './work-scenes.ts'

const folder = process.env['ESPALIER_SCREENS'] ?? join(import.meta.dirname, '../../../docs/screens')
const camera = new Camera(folder, process.argv.slice(2))
const scratch = mkdtempSync(join(tmpdir(), 'espalier-screens-'))
const kept = process.env['ESPALIER_SCREENS_HOME']
const empty = new ServedCore()
const core = new ServedCore(kept ?? join(scratch, 'home'))
const browser = await launchChromium()
const complaints: string[] = []

try {
  const first = await newContext(browser, { tour: true })
  const fresh = await first.context.newPage()
  await fresh.goto(await empty.start())
  await emptyScenes(camera, fresh)
  await first.context.close()
  await empty.stop()

  await makeHistory(core.home)
  const second = await newContext(browser)
  const page = await second.context.newPage()
  await page.goto(await core.start())
  await page.getByRole('heading', { level: 1 }).waitFor()
  const runs = await findRuns(page)
  await mainScenes(camera, page, runs)
  await modelScenes(camera, page, runs)
  await runScenes(camera, page, runs)
  await compareScenes(camera, page, runs)
  await sheetScenes(camera, page)
  await checkScenes(camera, page, await makeCheckFiles(core.home, runs.demo[0].id, join(scratch, 'files')))
  // A file that is refused on purpose is answered by 422.
  complaints.push(...[...first.complaints, ...second.complaints].filter((text) => !text.includes('422')))
  await workScenes(camera, page, core, 'demo/net1')
} finally {
  await browser.close()
  await core.stop()
  await empty.stop()
  empty.remove()
  rmSync(scratch, { recursive: true, force: true })
}
process.stdout.write(`${camera.taken} pictures in ${folder}\n`)
for (const complaint of complaints) process.stdout.write(`the page complained: ${complaint}\n`)
if (complaints.length > 0) process.exitCode = 1
