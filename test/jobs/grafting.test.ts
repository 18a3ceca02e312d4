// Grafting as a stage of a job: the share asked for after fine-tuning, and the data behind the paper's Figures 2 and 3.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { neuronFigures } from '../../core/app/neurons.ts'
import { graftedNeurons } from '../../core/graft/index.ts'
import { executeJob } from '../../core/jobs/execute/job.ts'
import { openJobHome, type JobHome } from './job-support.ts'
import { graftingWays } from './simplify-ways.ts'

let home: JobHome
beforeAll(async () => (home = await openJobHome()))
afterAll(() => home.dispose())

const train = { epochs: 1, batchSize: 50, validation: 0 } as const

it('ends at the share asked for, and keeps what the choice was made from', async () => {
  // More images are asked for than there are: the shares are of those there are.
  const ways = [...graftingWays, { method: 'graft', ratio: 0.5, images: 500, bounds: 'interval' } as const]
  const job = await home.insert({
    name: 'grafting',
    provider: 'cpu',
    threads: 1,
    data: { source: 'sample', train: 120, test: 20 },
    variants: [
      { name: 'base', architecture: 'net1', train },
      ...ways.map((simplify, k) => ({ name: `way-${k}`, from: 'base', simplify, fineTune: { ...train, epochs: 2 } })),
    ],
    evaluateEpsilon: 0.03,
    verify: { epsilon: 0.03, method: 'interval', images: { select: 'indices', indices: [0] } },
  })
  expect((await executeJob(home.store, job, new AbortController().signal, () => undefined)).error).toBeNull()
  const networks = await home.networks(job)
  const runs = await home.store.runs.ofJob(job.id)
  for (const [k, way] of ways.entries()) {
    const lines = graftedNeurons(networks.get(`way-${k}`) ?? expect.fail())
    expect([lines.length, lines.reduce((sum, line) => sum + line, 0)]).toEqual([112, 56])
    const { before, ranks } = await neuronFigures(home.store, runs[k + 1].id)
    const sizes = before.map(({ histogram }) => histogram.reduce((sum, count) => sum + count, 0))
    expect(sizes, JSON.stringify(way)).toEqual([64, 32, 16])
    expect(ranks?.flat().reduce((sum, count) => sum + count, 0)).toBe(112)
  }
})
