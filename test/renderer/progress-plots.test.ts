// Sweeps and searches as curves, and what remains: grouped by how runs were made, by depth and time, from the pace so far.
import { describe, expect, it } from 'vitest'
import { recipeSchema } from '../../core/contract/recipe.ts'
import { runSummarySchema, type RunRow } from '../../core/contract/rows.ts'
import { remaining } from '../../renderer/logic/remaining.ts'
import { boundPoints, boundRange, domainSeries, followSearch, treePicture } from '../../renderer/logic/search.ts'
import { overEpsilon, overRatio, paretoGroups, sweepFigures, sweptRuns } from '../../renderer/logic/sweep.ts'
import { runRow } from '../store/rows.ts'

const recipe = recipeSchema.parse({
  name: 'sweep',
  variants: [
    { name: 'baseline', title: 'Baseline', architecture: 'net1' },
    { name: 'sap-25', title: 'SAP, 25 %', from: 'baseline', simplify: { method: 'sap', ratio: 0.25 } },
    { name: 'sap-75', title: 'SAP, 75 %', from: 'baseline', simplify: { method: 'sap', ratio: 0.75 } },
    { name: 'own-75', title: 'Own, 75 %', from: 'baseline', simplify: { method: 'gap', ratio: 0.75 } },
  ],
})

function sweep(id: string, epsilon: number): { job: { id: string; recipe: typeof recipe }; runs: RunRow[] } {
  const runs = recipe.variants.map(({ name, title }, position) =>
    runRow({
      ...{ id: `${id}-${position}`, jobId: id, position, variant: name, title: title ?? '', epsilon },
      summary: runSummarySchema.parse({
        ...{ accuracy: 0.9 - position / 10, robustness: null, hiddenNeurons: 10, weights: 1, nonzeroWeights: 1 },
        ...{ unstable: 0.5, images: 10, verified: position + 1, falsified: 0, unknown: 0, timeout: 0, error: 0 },
        ...{ seconds: 1, meanSeconds: 0.1 },
      }),
    }),
  )
  return { job: { id, recipe }, runs }
}
const [verified] = sweepFigures

describe('a sweep', () => {
  it('is a curve over the share for each way, the share left out of its name', () => {
    const curves = overRatio(sweptRuns([sweep('one', 0.1)]), verified.of)
    expect(curves).toEqual([
      { label: 'Baseline', points: [{ x: 0, y: 0.1 }] },
      { label: 'SAP', points: [{ x: 0.25, y: 0.2 }, { x: 0.75, y: 0.3 }] },
      { label: 'Own', points: [{ x: 0.75, y: 0.4 }] },
    ]) // prettier-ignore
    expect(overEpsilon(sweptRuns([sweep('one', 0.1)]), verified.of)).toEqual([])
  })

  it('is a curve over ε for each way and share where radii differ', () => {
    const runs = sweptRuns([sweep('one', 0.1), sweep('two', 0.05)])
    const curves = overEpsilon(runs, verified.of)
    expect(curves.map(({ label }) => label)).toEqual(['Baseline', 'SAP, 25 %', 'SAP, 75 %', 'Own, 75 %'])
    expect(curves[1]?.points).toEqual([{ x: 0.05, y: 0.2 }, { x: 0.1, y: 0.2 }]) // prettier-ignore
    expect(overRatio(runs, verified.of).map(({ label }) => label)).toContain('SAP, ε 0.05')
    expect(paretoGroups(runs).map(({ points }) => points.length)).toEqual([2, 4, 2])
  })

  it('leaves out what has no figures yet', () => {
    const { job, runs } = sweep('one', 0.1)
    expect(sweptRuns([{ job, runs: runs.map((run) => ({ ...run, summary: null })) }])).toEqual([])
  })
})

describe('a search', () => {
  const gauge = (imageIndex: number, seconds: number, depths: number[] | null) =>
    ({
      ...{
        stage: 'verify' as const,
        done: 0,
        total: 2,
        imageIndex,
        method: 'bab',
        seconds,
        worstBound: -1 / (1 + seconds),
      },
      ...{ domainsVisited: seconds * 10, domainsOpen: depths === null ? null : 3, domainsByDepth: depths },
    }) as const

  it('is followed gauge by gauge, and begins again with another image or an earlier time', () => {
    let search = followSearch(null, gauge(4, 0, null))
    search = followSearch(search, gauge(4, 1, [0, 2]))
    search = followSearch(search, gauge(4, 1, [0, 2]))
    expect(search?.samples.map(({ seconds }) => seconds)).toEqual([0, 1])
    expect(followSearch(search, gauge(5, 2, null))).toMatchObject({ imageIndex: 5, samples: [{ seconds: 2 }] })
    expect(followSearch(search, gauge(4, 0.5, null))?.samples).toHaveLength(1)
    expect(followSearch(search, { stage: 'evaluate', message: '' })).toBeNull()
    for (let step = 0; step < 5_000; step++) search = followSearch(search, gauge(4, 2 + step, [1]))
    expect(search?.samples.length).toBeLessThanOrEqual(600)
    expect(search?.samples.at(-1)?.seconds).toBe(5_001)
  })

  it('is a picture by depth and time: the deepest row first, what was open last in each column', () => {
    const samples = [
      { seconds: 0, bound: null, visited: 0, open: null, depths: null },
      { seconds: 1, bound: -2, visited: 1, open: 1, depths: [1] },
      { seconds: 2, bound: -1, visited: 3, open: 2, depths: [0, 2] },
      { seconds: 3, bound: -0.5, visited: 5, open: 3, depths: [0, 1, 2] },
    ]
    const tree = treePicture(samples)
    expect(tree?.seconds).toEqual([1, 3])
    expect(tree?.deepest).toBe(2)
    expect(tree?.counts.map((row) => row.at(-1))).toEqual([2, 1, 0])
    expect(tree?.counts.map((row) => row[0])).toEqual([0, 0, 1])
    expect(tree?.table.columns.map(({ title }) => title)).toEqual(['seconds', 'depth 0', 'depth 1', 'depth 2'])
    expect(boundPoints(samples)).toHaveLength(3)
    expect(domainSeries(samples).map(({ points }) => points.length)).toEqual([3, 3])
    expect(treePicture(samples.slice(0, 2))).toBeNull()
    expect(boundRange(samples)).toEqual([-2.5, 0.1])
    expect(boundRange(samples.slice(0, 1))).toBeNull()
  })

  it('puts depths together where the tree is deeper than the picture is high', () => {
    const depths = Array.from({ length: 101 }, () => 1)
    const sample = { bound: 0, visited: 1, open: 101, depths }
    const tree = treePicture([{ ...sample, seconds: 1 }, { ...sample, seconds: 2 }]) // prettier-ignore
    expect(tree?.depthsEach).toBe(3)
    expect(tree?.counts).toHaveLength(34)
    expect(tree?.counts.flatMap((row) => row[0] ?? 0).reduce((sum, count) => sum + count, 0)).toBe(101)
    expect(tree?.table.columns[1]?.title).toBe('depth 0–2')
  })
})

describe('what remains', () => {
  const verify = {
    ...{ stage: 'verify' as const, done: 5, total: 10, imageIndex: 5, method: 'bab', seconds: 1, worstBound: null },
    ...{ domainsVisited: null, domainsOpen: null, domainsByDepth: null },
  } as const
  const none = { rows: [], limit: 60, epochs: [] }

  it('is a range from the pace so far to the limits', () => {
    expect(remaining(verify, { ...none, rows: [{ seconds: 2 }, { seconds: 4 }] })?.text).toBe(
      '14\u00a0s – 4\u00a0min\u00a059\u00a0s',
    )
    expect(remaining({ ...verify, done: 10 }, { ...none, rows: [{ seconds: 2 }] })?.text).toBe('0 s')
    expect(remaining(verify, none)).toBeNull()
  })

  it('is at most the epochs that are left', () => {
    const train = { stage: 'train', epoch: 3, epochs: 10, batch: 5, batches: 10, samplesPerSecond: 100 } as const
    expect(remaining(train, { ...none, epochs: [{ x: 1, y: 4 }, { x: 2, y: 4 }] })?.text).toBe('≤ 30 s') // prettier-ignore
    expect(remaining(train, none)).toBeNull()
  })
})
