// Job processes killed or cancelled in fine-tuning, verification and training: nothing finished is lost, the weights come out the same.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunRow } from '../../core/contract/rows.ts'
import {
  killAt,
  modelHashes,
  openFinished,
  quickVerify,
  resume,
  smallRecipe,
  type Workshop,
} from '../jobs/process-support.ts'

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
