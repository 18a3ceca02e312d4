// What there is to see: every screen with a history, each of its tabs, and the sheets over it.
import { dirname } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import type { RunRow } from '../../../core/contract/rows.ts'
import { wizardSteps } from '../../../renderer/logic/routes.ts'
import { openCounterexample } from '../counterexample.ts'
import type { Camera } from './camera.ts'
import type { CheckFiles } from './history.ts'
import { ask, drop, go } from './remote.ts'

/** The runs that the pictures show, by what they are good for. */
export interface ShownRuns {
  readonly demo: readonly [before: RunRow, after: RunRow]
  readonly sweep: Readonly<Record<string, RunRow>>
}

export async function findRuns(page: Page): Promise<ShownRuns> {
  const jobs = await ask(page, 'jobs.list', {})
  const runsOf = async (name: string): Promise<readonly RunRow[]> => {
    const job = jobs.find((one) => one.name === name)
    if (job === undefined) throw new Error(`There is no job ${name} in the history.`)
    return (await ask(page, 'runs.list', { jobId: job.id })).toSorted((a, b) => a.position - b.position)
  }
  const [before, after] = await runsOf('demo')
  return { demo: [before, after], sweep: Object.fromEntries((await runsOf('sweep')).map((run) => [run.variant, run])) }
}

/** A history without anything: the first start. */
export async function emptyScenes(camera: Camera, page: Page): Promise<void> {
  const tour = page.getByRole('dialog')
  await camera.take(page, 'tour', () => tour.waitFor())
  await page.keyboard.press('Escape')
  for (const screen of ['home', 'data', 'models', 'runs', 'compare', 'check'])
    await camera.take(page, `empty-${screen}`, () => go(page, screen === 'home' ? '#/' : `#/${screen}`))
}

export async function mainScenes(camera: Camera, page: Page, { demo, sweep }: ShownRuns): Promise<void> {
  await camera.take(page, 'home', () => go(page, '#/'))
  for (const [at, step] of wizardSteps.entries())
    await camera.take(page, `wizard-${at + 1}-${step}`, () => go(page, `#/wizard/${step}`))
  for (const screen of ['data', 'models', 'runs', 'compute', 'guide', 'settings'])
    await camera.take(page, screen, () => go(page, `#/${screen}`))
  await camera.take(
    page,
    'data-pixels',
    async () => {
      await go(page, '#/data')
      await page.getByRole('list', { name: 'Images' }).getByRole('button').nth(3).click()
    },
    { below: page.getByRole('region', { name: 'Pixel values' }) },
  )
  await camera.take(page, 'job', () => go(page, `#/jobs/${demo[0].jobId}`))
  await camera.take(page, 'job-sweep', () => go(page, `#/jobs/${sweep['net1'].jobId}`))
  await camera.take(
    page,
    'job-sweep-plots',
    async () => {
      await go(page, `#/jobs/${sweep['net1'].jobId}`)
    },
    { below: page.getByRole('heading', { name: /^The whole sweep/ }) },
  )
  await camera.take(page, 'missing', () => go(page, '#/nowhere'))
}

export async function modelScenes(camera: Camera, page: Page, { demo, sweep }: ShownRuns): Promise<void> {
  const open = (run: RunRow): Promise<void> => go(page, `#/models/${run.modelId ?? ''}`)
  const part = (name: string | RegExp): Locator => page.getByRole('heading', { name }).first()
  await camera.take(page, 'model', () => open(demo[1]))
  await camera.take(
    page,
    'model-layers',
    async () => {
      await open(demo[1])
    },
    { below: part('Layers') },
  )
  await camera.take(
    page,
    'model-weights',
    async () => {
      await open(demo[1])
    },
    { below: part('Weights') },
  )
  await camera.take(
    page,
    'model-filters',
    async () => {
      await open(demo[1])
    },
    { below: part('Filters of the first layer') },
  )
  await camera.take(
    page,
    'model-confusion',
    async () => {
      await open(demo[1])
      await page.getByRole('button', { name: 'Classify the test images' }).click()
      await page.getByText(/test images of .* are classified correctly/).waitFor()
    },
    { below: part(/^Confusion/) },
  )
  await camera.take(
    page,
    'model-grafts',
    async () => {
      await open(sweep['graft-50'])
    },
    { below: part('Grafted neurons') },
  )
}

export async function runScenes(camera: Camera, page: Page, { demo, sweep }: ShownRuns): Promise<void> {
  const [run] = demo
  const open = (one: RunRow, tab: string): Promise<void> => go(page, `#/runs/${one.id}?tab=${tab}`)
  for (const tab of ['curves', 'instances', 'figures', 'search', 'neurons', 'log', 'recipe'])
    await camera.take(page, `run-${tab}`, () => open(run, tab))
  await camera.take(
    page,
    'run-neurons-below',
    async () => {
      await open(sweep['graft-50'], 'neurons')
    },
    { below: page.getByRole('heading', { name: /^How often/ }).first() },
  )
  await camera.take(page, 'run-failed', () => open(sweep['diverged'], 'curves'))
  await camera.take(page, 'run-counterexample', async () => {
    await open(run, 'instances')
    await openCounterexample(page)
  })
  await camera.take(
    page,
    'run-counterexample-below',
    async () => {
      await open(run, 'instances')
      await openCounterexample(page)
    },
    { below: page.getByRole('dialog').locator('dl').last() },
  )
}

export async function compareScenes(camera: Camera, page: Page, { demo, sweep }: ShownRuns): Promise<void> {
  const open = (runs: readonly RunRow[]): Promise<void> => {
    const [a, b, ...more] = runs.map(({ id }) => id)
    return go(page, `#/compare?a=${a}&b=${b}&more=${more.join(',')}`)
  }
  const six = ['net1', 'neurons-30', 'neurons-60', 'neurons-80', 'weights-70', 'graft-50'].map((name) => sweep[name])
  await camera.take(page, 'compare-choose', () => go(page, '#/compare'))
  await camera.take(page, 'compare', () => open(demo))
  const parts = {
    flips: 'Verdicts that changed',
    strips: 'Counterexamples in step',
    plots: 'Over time, and against accuracy',
    neurons: 'Neurons, as the bounds saw them',
    curves: 'Training',
    settings: 'How they were made',
  }
  for (const [name, heading] of Object.entries(parts))
    await camera.take(
      page,
      `compare-${name}`,
      async () => {
        await open(demo)
      },
      { below: page.getByRole('heading', { name: heading }).first() },
    )
  await camera.take(page, 'compare-six', () => open(six))
  await camera.take(
    page,
    'compare-six-plots',
    async () => {
      await open(six)
    },
    { below: page.getByRole('heading', { name: /^Over time/ }) },
  )
  await camera.take(page, 'compare-unlike', () => open([demo[0], sweep['net1']]))
}

export async function sheetScenes(camera: Camera, page: Page): Promise<void> {
  await go(page, '#/')
  await camera.take(page, 'shortcuts', () => page.keyboard.press('?'))
  await page.keyboard.press('Escape')
  await camera.take(page, 'palette', async () => {
    await page.keyboard.press('Control+k')
    await page.keyboard.type('net1')
  })
  await page.keyboard.press('Escape')
  await camera.take(page, 'drop-zone', () =>
    page.evaluate(() => {
      const data = new DataTransfer()
      data.items.add(new File(['x'], 'network.onnx'))
      document.body.dispatchEvent(new DragEvent('dragenter', { dataTransfer: data, bubbles: true, cancelable: true }))
    }),
  )
  await page.reload()
}

/** Files against a property; the last picture of each is the answer. */
export async function checkScenes(camera: Camera, page: Page, files: CheckFiles): Promise<void> {
  const choose = async (network: string, property: string | null): Promise<void> => {
    await go(page, '#/')
    await go(page, '#/check')
    await page.getByLabel('Network file', { exact: true }).setInputFiles(network)
    if (property !== null) await page.getByLabel('Property file', { exact: true }).setInputFiles(property)
  }
  const answer = async (network: string, property: string): Promise<void> => {
    await choose(network, property)
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await page.getByText(/\((sat|unsat)\)\.$/).waitFor({ timeout: 600_000 })
    await page.getByRole('complementary', { name: 'Jobs' }).getByText('No job is running').waitFor()
  }
  await camera.take(page, 'check-refused', async () => {
    await choose(files.broken, null)
    await page.getByText('model/').waitFor()
  })
  await camera.take(page, 'check-network', () => choose(files.images.network, null))
  await camera.take(page, 'check', () => choose(files.images.network, files.images.falsified))
  await camera.take(page, 'check-falsified', () => answer(files.images.network, files.images.falsified))
  await camera.take(page, 'check-verified', () => answer(files.images.network, files.images.verified))
  await camera.take(page, 'check-numbers', () => answer(files.numbers.network, files.numbers.property))
  await camera.take(page, 'data-mapper', async () => {
    await go(page, '#/')
    await drop(page, files.data)
    await page.getByText('How it is read').click()
  })
  await camera.take(page, 'folders', async () => {
    await go(page, '#/')
    await go(page, '#/wizard/data')
    await page.getByRole('radio', { name: /^Images on this computer/ }).check()
    await page.getByLabel('Folder or file', { exact: true }).fill(dirname(files.data))
    await page.getByRole('button', { name: 'Choose…' }).click()
    await page.getByRole('dialog').getByText('CSV table').first().waitFor()
  })
}
