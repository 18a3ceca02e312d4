// Job processes killed or cancelled in fine-tuning, verification and training: nothing finished is lost, the weights come out the same.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunRow } from '../../core/contract/rows.ts'
import { openWorkshop, smallRecipe, type Workshop } from '../jobs/process-support.ts'

/** Quick to decide, and both verdicts occur. */
const quickVerify = {
  epsilon: 0.02,
  method: 'crown',
  timeoutSeconds: 20,
  images: { select: 'first', count: 4 },
} as const

let workshop: Workshop
let runs: readonly RunRow[]
let uninterrupted: string[]

const modelHashes = async (rows: readonly RunRow[]): Promise<string[]> =>
  Promise.all(rows.map(async ({ id }) => (await workshop.app.api['runs.get']({ id })).model?.hash ?? 'none'))

beforeAll(async () => {
  workshop = await openWorkshop()
  const { id } = await workshop.app.api['jobs.start']({ recipe: smallRecipe(quickVerify) })
  expect(await workshop.settled(id)).toBe('done')
  runs = (await workshop.app.api['jobs.get']({ id })).runs
  uninterrupted = await modelHashes(runs)
}, 120_000)
afterAll(() => workshop.dispose())

describe('killing the job process', () => {
  const killAt = async (wanted: Parameters<Workshop['event']>[0]): Promise<{ id: string; sequence: number }> => {
    const from = workshop.events.at(-1)?.sequence ?? 0
    const { id } = await workshop.app.api['jobs.start']({ recipe: smallRecipe(quickVerify) })
    await workshop.event((event) => event.jobId === id && wanted(event), from)
    workshop.current().kill()
    expect(await workshop.settled(id, from)).toBe('interrupted')
    const { job } = await workshop.app.api['jobs.get']({ id })
    expect(job.error?.code).toBe('job/crashed')
    return { id, sequence: workshop.events.at(-1)?.sequence ?? 0 }
  }
  const resume = async (id: string, from: number): Promise<readonly RunRow[]> => {
    await workshop.app.api['jobs.resume']({ id })
    expect(await workshop.settled(id, from)).toBe('done')
    return (await workshop.app.api['jobs.get']({ id })).runs
  }

  it('in the middle of fine-tuning keeps the variants that are done', async () => {
    const { id, sequence } = await killAt(
      ({ body }) => body.type === 'metrics' && body.points.some(({ series }) => series === 'fine-tune.train.loss'),
    )
    const before = (await workshop.app.api['jobs.get']({ id })).runs
    expect(before.map(({ state }) => state)).toEqual(['done', 'interrupted'])
    const resumed = await resume(id, sequence)
    expect(await modelHashes(resumed)).toEqual(uninterrupted)
    expect(resumed[0].finishedAt).toBe(before[0].finishedAt)
  })

  it('in the middle of verification keeps every finished image and asks only the others', async () => {
    const { id, sequence } = await killAt(({ body }) => body.type === 'verdict' && body.row.imageIndex === 1)
    const [run] = (await workshop.app.api['jobs.get']({ id })).runs
    const kept = await workshop.app.api['runs.verdicts']({ id: run.id })
    expect(kept.length).toBeGreaterThanOrEqual(2)
    const resumed = await resume(id, sequence)
    const all = await workshop.app.api['runs.verdicts']({ id: run.id })
    expect(all.slice(0, kept.length)).toEqual(kept)
    expect(all).toHaveLength(4)
    expect(resumed[0].summary).toMatchObject({ images: 4 })
    expect(all.map(({ verdict }) => verdict)).toEqual(
      (await workshop.app.api['runs.verdicts']({ id: runs[0].id })).map(({ verdict }) => verdict),
    )
  })
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
    expect(await modelHashes((await workshop.app.api['jobs.get']({ id })).runs)).toEqual(uninterrupted)
  })
})
