// What is kept of neurons and of bounds while images are verified, and that a resumed run counts no image twice.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { neuronFigures } from '../../core/app/neurons.ts'
import type { Bounder } from '../../core/bounds/bounder.ts'
import type { Box, Interval } from '../../core/bounds/box.ts'
import { recipeSchema } from '../../core/contract/recipe.ts'
import type { JobRow } from '../../core/contract/rows.ts'
import { NeuronSurvey } from '../../core/jobs/execute/neuron-survey.ts'
import { runsOf } from '../../core/jobs/new-job.ts'
import { activationNodes, buildArchitecture } from '../../core/nn/index.ts'
import { openStore } from '../../core/store/open.ts'
import type { Store } from '../../core/store/store.ts'

let home: string
let store: Store
let runId: string
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'espalier-survey-'))
  store = await openStore(home)
  const recipe = recipeSchema.parse({ name: 'survey', variants: [{ name: 'a', architecture: 'net1' }] })
  const times = { createdAt: new Date().toISOString(), startedAt: null, finishedAt: null }
  const job: JobRow = { id: 'job-survey', name: 'survey', title: '', state: 'running', recipe, ...times, pid: null, error: null, environment: {} } // prettier-ignore
  await store.jobs.insert(job)
  const runs = runsOf(job)
  await store.runs.insert(...runs)
  runId = runs[0].id
})
afterAll(async () => {
  await store.close()
  rmSync(home, { recursive: true })
})

const network = buildArchitecture('net1', [1, 28, 28], 1)
const box: Box = { lower: new Float64Array(784), upper: new Float64Array(784) }
const { signal } = new AbortController()

/** In every layer the first neuron is active, the second inactive, all others unstable; bounds are 1 apart from 0. */
const bounder = {
  network,
  preActivations: () => {
    const interval = (neurons: number): Interval => ({
      lower: Float64Array.from({ length: neurons }, (_, i) => (i === 0 ? 1 : -1)),
      upper: Float64Array.from({ length: neurons }, (_, i) => (i === 1 ? -0.5 : 2)),
    })
    const bounds = activationNodes(network).map((one) => [one.preActivationNode, interval(one.neurons)] as const)
    return Promise.resolve(new Map(bounds))
  },
} as unknown as Bounder

describe('neurons', () => {
  it('are counted by state once the verdict of their image is in, across a resumed run', async () => {
    const first = await NeuronSurvey.open(store, runId, bounder)
    // 64, 32 and 16 neurons, all but two of each unstable.
    expect(await first.look(box, signal)).toBe(62 + 30 + 14)
    await first.count()
    // Looked at, and stopped before its verdict: not counted.
    await first.look(box, signal)
    await first.write()
    const again = await NeuronSurvey.open(store, runId, bounder)
    await again.look(box, signal)
    await again.count()
    await again.write()
    const { images, layers } = await neuronFigures(store, runId)
    expect(images).toBe(2)
    expect(layers.map(({ neurons, active, inactive, unstable }) => [neurons, active, inactive, unstable])).toEqual(
      expect.arrayContaining([[64, 1, 1, 62], [32, 1, 1, 30], [16, 1, 1, 14]]), // prettier-ignore
    )
    const smallest = layers.find(({ neurons }) => neurons === 16)
    expect(smallest?.lowerBound).toBeCloseTo((1 - 15) / 16, 12)
    expect(smallest?.histogram).toEqual([2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 14])
  })

  it('are no curves', async () => {
    await store.metrics.append([{ runId, series: 'train.loss', step: 1, value: 0.5 }])
    expect((await store.metrics.curves(runId)).map(({ series }) => series)).toEqual(['train.loss'])
  })
})
