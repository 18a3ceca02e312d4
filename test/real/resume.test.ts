// Job processes killed or cancelled in fine-tuning, verification and training: nothing finished is lost, the weights come out the same.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JobEvent, JobGauge } from '../../core/contract/events.ts'
import { recipeSchema, type RecipeInput } from '../../core/contract/recipe.ts'
import type { RunRow } from '../../core/contract/rows.ts'
import { openStore } from '../../core/store/open.ts'
import {
  killAt,
  modelHashes,
  openFinished,
  quickVerify,
  resume,
  smallRecipe,
  type Workshop,
} from '../jobs/process-support.ts'

type VerifyGauge = Extract<JobGauge, { stage: 'verify' }>

function gaugeOf({ body }: JobEvent): VerifyGauge {
  if (body.type !== 'gauge' || body.gauge.stage !== 'verify')
    throw new Error(`not a gauge of verification: ${body.type}`)
  return body.gauge
}

let workshop: Workshop
let runs: readonly RunRow[]
let uninterrupted: string[]

beforeAll(async () => {
  ;({ workshop, runs, hashes: uninterrupted } = await openFinished())
}, 120_000)
afterAll(() => workshop.dispose())

describe('killing the job process', () => {
  it('in the middle of fine-tuning keeps the variants that are done', async () => {
    const { id, sequence } = await killAt(
      workshop,
      ({ body }) => body.type === 'metrics' && body.points.some(({ series }) => series === 'fine-tune.train.loss'),
    )
    const before = (await workshop.app.api['jobs.get']({ id })).runs
    expect(before.map(({ state }) => state)).toEqual(['done', 'interrupted'])
    const resumed = await resume(workshop, id, sequence)
    expect(await modelHashes(workshop, resumed)).toEqual(uninterrupted)
    expect(resumed[0].finishedAt).toBe(before[0].finishedAt)
  })

  it('in the middle of verification keeps every finished image and asks only the others', async () => {
    const { id, sequence } = await killAt(workshop, ({ body }) => body.type === 'verdict' && body.row.imageIndex === 1)
    const [run] = (await workshop.app.api['jobs.get']({ id })).runs
    const kept = await workshop.app.api['runs.verdicts']({ id: run.id })
    expect(kept.length).toBeGreaterThanOrEqual(2)
    const resumed = await resume(workshop, id, sequence)
    const all = await workshop.app.api['runs.verdicts']({ id: run.id })
    expect(all.slice(0, kept.length)).toEqual(kept)
    expect(all).toHaveLength(4)
    expect(resumed[0].summary).toMatchObject({ images: 4 })
    expect(all.map(({ verdict }) => verdict)).toEqual(
      (await workshop.app.api['runs.verdicts']({ id: runs[0].id })).map(({ verdict }) => verdict),
    )
  })
})

describe('stopping in the middle of one image', () => {
  const recipe = recipeSchema.parse({
    name: 'one-image',
    provider: 'cpu',
    data: { source: 'idx', directory: new URL('../../../shared/data/mnist', import.meta.url).pathname },
    variants: [{ name: 'wide', architecture: 'net2', train: { epochs: 1, validation: 0 } }],
    // More than the limit allows (−1.7 after 15 s): what counts is that nothing is done twice.
    verify: { epsilon: 0.065, method: 'bab', timeoutSeconds: 35, images: { select: 'indices', indices: [2] } },
  } satisfies RecipeInput)

  /** What the search says of itself once it is under way. */
  const searching = (id: string, wanted: (gauge: VerifyGauge) => boolean, from: number) =>
    workshop.event(
      ({ jobId, body }) =>
        jobId === id &&
        body.type === 'gauge' &&
        body.gauge.stage === 'verify' &&
        body.gauge.method === 'bab' &&
        (body.gauge.domainsVisited ?? 0) > 0 &&
        wanted(body.gauge),
      from,
    )
  const now = (): number => workshop.events.at(-1)?.sequence ?? 0

  it('goes on with its open domains: after a stop at once, after a kill from the last ten seconds', async () => {
    const start = now()
    const { id } = await workshop.app.api['jobs.start']({ recipe })
    const stopped = gaugeOf(await searching(id, ({ domainsVisited }) => (domainsVisited ?? 0) > 300, start))
    await workshop.app.api['jobs.cancel']({ id })
    expect(await workshop.settled(id, start)).toBe('cancelled')

    const second = now()
    await workshop.app.api['jobs.resume']({ id })
    const first = gaugeOf(await searching(id, () => true, second))
    expect(first.domainsVisited).toBeGreaterThanOrEqual(stopped.domainsVisited ?? Infinity)
    expect(first.seconds).toBeGreaterThan(stopped.seconds)
    const late = gaugeOf(await searching(id, ({ seconds }) => seconds > first.seconds + 11, second))
    workshop.current().kill()
    expect(await workshop.settled(id, second)).toBe('interrupted')

    const third = now()
    const [run] = await resume(workshop, id, third)
    const again = gaugeOf(await searching(id, () => true, third))
    expect(again.domainsVisited).toBeGreaterThan(first.domainsVisited ?? Infinity)
    expect(again.domainsVisited).toBeLessThan((late.domainsVisited ?? 0) + 1_000)
    const [row] = await workshop.app.api['runs.verdicts']({ id: run.id })
    expect(row.detail.resumedDomains).toBeGreaterThanOrEqual(first.domainsVisited ?? Infinity)
    expect(row.domains).toBeGreaterThan(row.detail.resumedDomains)
    // The limit is for the image, however many processes worked on it.
    expect(row.seconds).toBeGreaterThan(late.seconds - 11)
    expect(row.seconds).toBeLessThan(40)
    const store = await openStore(workshop.app.home, { role: 'reader' })
    expect(await store.checkpoints.get(run.id, 'verify:bab:2:')).toBeNull()
    await store.close()
  }, 240_000)
})

describe('cancelling', () => {
  it('stops between batches and leaves a job that can be resumed to the same weights', async () => {
    const from = workshop.events.at(-1)?.sequence ?? 0
    const { id } = await workshop.app.api['jobs.start']({ recipe: smallRecipe(quickVerify) })
    await workshop.event(({ jobId, body }) => jobId === id && body.type === 'metrics', from)
    await workshop.app.api['jobs.cancel']({ id })
    expect(await workshop.settled(id, from)).toBe('cancelled')
    const { runs: stopped } = await workshop.app.api['jobs.get']({ id })
    expect(stopped.map(({ state }) => state)).toEqual(['interrupted', 'waiting'])
    const mark = workshop.events.at(-1)?.sequence ?? 0
    await workshop.app.api['jobs.resume']({ id })
    expect(await workshop.settled(id, mark)).toBe('done')
    expect(await modelHashes(workshop, (await workshop.app.api['jobs.get']({ id })).runs)).toEqual(uninterrupted)
  })
})
