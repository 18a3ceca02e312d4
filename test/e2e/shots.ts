// Pictures of what a test has on the screen, in their four forms; kept where ESPALIER_SHOTS names a folder, otherwise not taken.
import type { Page } from 'playwright-core'
import { Camera } from './screens/camera.ts'

const folder = process.env['ESPALIER_SHOTS']

export async function shoot(page: Page, name: string): Promise<void> {
  if (folder !== undefined) await new Camera(folder, []).take(page, name, () => Promise.resolve(), { live: true })
}
