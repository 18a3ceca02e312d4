// A grafted network asked about in the app and, from its exported files alone, as the competition asks: the same answers.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { FollowedJob } from '../../core/cli/follow.ts'
import { openBench, type Bench } from './support.ts'

let bench: Bench
beforeAll(() => (bench = openBench()))
afterAll(() => bench.dispose())

const recipe = `
name: grafted
seed: 3
provider: cpu
threads: 1
data: { source: sample, train: 800, test: 100, seed: 1 }
variants:
  - name: graft
    architecture: net1
    train: { epochs: 2, validation: 0 }
    simplify: { method: graft, ratio: 0.5, images: 20, scored: 50 }
    fineTune: { epochs: 1, learningRate: 0.01, validation: 0 }
verify: { epsilon: 0.03, timeoutSeconds: 20, images: { select: first, count: 6 } }
`

it('gives the verdicts of the run', { timeout: 120_000 }, async () => {
  const run = await bench.run('run', bench.file('grafted.yaml', recipe), '--json')
  expect(run.code, run.err).toBe(0)
  const [{ id }] = (JSON.parse(run.out) as FollowedJob).runs
  const folder = join(bench.folder, 'bundle')
  expect((await bench.run('report', id, '--bundle', folder)).code).toBe(0)
  const results = readFileSync(join(folder, 'results.csv'), 'utf8').trim().split('\n').map((line) => line.split(',')) // prettier-ignore
  expect(results).toHaveLength(6)
  const words = new Set<string>()
  for (const [, onnx, vnnlib, , word] of results) {
    const { out } = await bench.run('verify', '--onnx', join(folder, onnx), '--vnnlib', join(folder, vnnlib))
    expect(out.split('\n')[0], vnnlib).toBe(word)
    words.add(word)
  }
  // Otherwise the comparison shows little.
  expect([...words].sort()).toEqual(['sat', 'unsat'])
})
