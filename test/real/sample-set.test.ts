// The sample set is learnable: NET1 passes 97 % on its test split, where a linear model stays under 95 %.
import { expect, test } from 'vitest'
import { trainSchema } from '../../core/contract/recipe.ts'
import { openDataset } from '../../core/data/open.ts'
import { openEngine } from '../../core/engine/engine.ts'
import { buildArchitecture } from '../../core/nn/index.ts'
import { evaluateAccuracy, train } from '../../core/train/index.ts'

test.each([1, 2])('NET1 passes 97 percent on the sample set (seed %i)', async (seed) => {
  const data = await openDataset({ source: 'sample' })
  const engine = await openEngine({ provider: 'cpu' })
  try {
    const { network } = await train({
      engine,
      network: buildArchitecture('net1', data.train.shape, seed),
      data,
      options: trainSchema.parse({ epochs: 10, learningRate: 0.05, schedule: { kind: 'cosine' } }),
      seed,
      signal: new AbortController().signal,
      onEpoch: () => undefined,
    })
    const accuracy = await evaluateAccuracy(engine, network, data.test)
    console.log(`NET1 on the sample set, seed ${seed}: ${accuracy.toFixed(4)}`)
    expect(accuracy).toBeGreaterThan(0.97)
  } finally {
    await engine.dispose()
  }
})
