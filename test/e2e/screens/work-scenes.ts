// Screens while a job runs: the tray, a run that grows, the queue, and what a crash leaves.
import type { Page } from 'playwright-core'
import type { RecipeInput } from '../../../core/contract/recipe.ts'
import type { ServedCore } from '../core.ts'
import type { Camera } from './camera.ts'
import { ask, go } from './remote.ts'

/** Long enough to be looked at: training that is always stopped before its end, or proofs that nothing decides at once. */
const training: RecipeInput = {
  name: 'long-training',
  title: 'A long training',
  data: { source: 'sample', train: 4_000, test: 400 },
  variants: [{ name: 'net2', title: 'NET2', architecture: 'net2', train: { epochs: 400, earlyStop: null } }],
  verify: { epsilon: 0.03, timeoutSeconds: 60, images: { select: 'first', count: 50 } },
}

export async function workScenes(camera: Camera, page: Page, core: ServedCore, hardRun: string): Promise<void> {
  const tray = page.getByRole('complementary', { name: 'Jobs' })
  const proofs: RecipeInput = {
    name: 'long-proofs',
    title: 'Proofs that take long',
    data: { source: 'sample', train: 3_000, test: 500 },
    variants: [{ name: 'net1', title: 'NET1', from: `run:${hardRun}` }],
    verify: { epsilon: 0.09, timeoutSeconds: 120, certify: 'never', images: { select: 'first', count: 20 } },
  }
  const proving = await ask(page, 'jobs.start', { recipe: proofs })
  const [run] = await ask(page, 'runs.list', { jobId: proving.id })
  await camera.take(
    page,
    'work-search',
    async () => {
      await go(page, `#/runs/${run.id}?tab=search`)
      await page.getByRole('region', { name: 'The search under way' }).waitFor()
      await page.waitForTimeout(8_000)
    },
    { live: true },
  )
  await ask(page, 'jobs.cancel', { id: proving.id })
  await tray.getByText('No job is running').waitFor()

  const job = await ask(page, 'jobs.start', { recipe: training })
  const [trained] = await ask(page, 'runs.list', { jobId: job.id })
  await go(page, `#/runs/${trained.id}?tab=curves`)
  await tray.getByText(/epoch [4-9] of/).waitFor()
  await camera.take(page, 'work-training', async () => {}, { live: true })
  await ask(page, 'jobs.start', { recipe: { ...training, title: 'The same with another seed', seed: 2 } })
  await ask(page, 'jobs.start', { recipe: { ...training, title: 'And another', seed: 3 } })
  await camera.take(page, 'work-queue', () => go(page, '#/runs'), { live: true })
  await camera.take(page, 'work-home', () => go(page, '#/'), { live: true })
  await camera.take(
    page,
    'work-lost',
    async () => {
      await core.stop('SIGKILL')
      await page.getByRole('alert').filter({ hasText: 'it was stopped' }).waitFor()
    },
    { live: true },
  )
  await page.goto(await core.start())
  await camera.take(page, 'work-recovered', async () => {
    await page.getByRole('alert').filter({ hasText: 'cut off' }).waitFor()
  })
}
