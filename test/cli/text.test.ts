// What the command line prints.
import { describe, expect, it } from 'vitest'
import type { JobEventBody } from '../../core/contract/events.ts'
import { recipeSchema } from '../../core/contract/recipe.ts'
import { lineageTree } from '../../core/cli/commands/models.ts'
import type { JobRow, ModelRow, RunRow, RunSummary } from '../../core/contract/rows.ts'
import { exitCodeOf } from '../../core/cli/exit-codes.ts'
import { gaugeText, ProgressView } from '../../core/cli/progress.ts'
import { falsifiedText, paperTable, runsTable, summaryTable } from '../../core/cli/run-table.ts'
import { atEpsilon, formatPoints, formatSeconds, formatShare, formatTable } from '../../core/cli/table.ts'
import { Terminal } from '../../core/cli/terminal.ts'

const summary: RunSummary = {
  ...{
    accuracy: 0.9812,
    robustness: 0.322,
    robustnessEpsilon: 8 / 255,
    robustAccuracy: null,
    hiddenNeurons: 112,
    weights: 53_088,
    nonzeroWeights: 52_896,
    unstable: 0.4,
  },
  ...{
    images: 20,
    verified: 12,
    certified: 10,
    falsified: 6,
    misclassified: 2,
    unknown: 0,
    timeout: 2,
    error: 0,
    seconds: 40,
    meanSeconds: 2,
    searchSeconds: 2.5,
  },
}
const run = (more: Partial<RunRow>): RunRow => ({
  ...{
    id: 'run-1',
    jobId: 'job-1',
    position: 0,
    variant: 'base',
    title: '',
    state: 'done',
    stage: '',
    datasetId: null,
  },
  ...{ modelId: null, seed: 1, epsilon: 0.1, timeoutSeconds: 60, summary, error: null, createdAt: '', startedAt: null },
  ...{ finishedAt: null, ...more },
})

describe('tables', () => {
  it('align figures right and words left', () => {
    const text = formatTable([{ title: 'name', align: 'left' }, { title: 'ε' }], [['a', '0.1'], ['long', '12'], null, ['sum', '']]) // prettier-ignore
    expect(text.split('\n')).toEqual([
      '  name     ε',
      '  ──────────',
      '  a      0.1',
      '  long    12',
      '  ──────────',
      '  sum',
    ])
  })

  it('of the demo have every figure the issue names', () => {
    const [head, , row] = summaryTable([run({})]).split('\n')
    for (const title of [
      'accuracy',
      'FGSM robust',
      'hidden neurons',
      'weights',
      'unstable',
      'verified',
      'falsified',
      'timeout',
      'mean time',
    ]) {
      expect(head).toContain(title)
    }
    expect(row.trim().split(/ {2,}/)).toEqual([
      'base',
      '98.1 %',
      '32.2 %',
      '112',
      '52,896',
      '40.0 %',
      '12 (10 certified)',
      '6 (2 misclassified)',
      '2',
      '2.00 s',
    ])
  })

  it('name the ε of FGSM and the ε of the verdicts, each at its column', () => {
    const [head] = summaryTable([run({})]).split('\n')
    expect(head).toContain('FGSM robust, ε 0.03137')
    expect(head).toContain('verified, ε 0.1')
    const [plain] = summaryTable([run({ summary: { ...summary, images: 0, robustnessEpsilon: null } })]).split('\n')
    expect(plain).not.toContain('ε')
  })

  it('count misclassified images only where there are any, and where that is known', () => {
    expect(falsifiedText({ falsified: 9, misclassified: 2 })).toBe('9 (2 misclassified)')
    expect(falsifiedText({ falsified: 9, misclassified: 0 })).toBe('9')
    expect(falsifiedText({ falsified: 9, misclassified: null })).toBe('9')
  })

  it('have a column for unknown only where there is one', () => {
    expect(summaryTable([run({})])).not.toContain('unknown')
    expect(summaryTable([run({ summary: { ...summary, unknown: 1 } })])).toContain('unknown')
  })

  it('of a paper put its figures beside ours', () => {
    const recipe = recipeSchema.parse({
      name: 'it',
      variants: [{ name: 'base', architecture: 'net1', paper: { accuracy: 0.982, solved: 0 } }],
    })
    const [head, , row] = paperTable(recipe, [run({})]).split('\n')
    expect(head.trim().split(/ {2,}/).slice(0, 4)).toEqual(['network', 'accuracy', 'paper', 'robustness, ε 0.03137'])
    expect(row.trim().split(/ {2,}/)).toEqual([
      'base',
      '0.981',
      '0.982',
      '0.322',
      '112',
      '52,896',
      '18/20',
      '0',
      '2.00 s',
      '12 (10 certified)',
      '6 (2 misclassified)',
    ])
    expect(runsTable(recipe, [run({})])).toBe(paperTable(recipe, [run({})]))
  })

  it('of the grafting paper has its columns: UNR, VA, SA, RA, time', () => {
    const paper = { unr: 5.85, va: 82.3, sa: 98.68, ra: 92.73, time: 40.21 }
    const recipe = recipeSchema.parse({ name: 'it', variants: [{ name: 'base', architecture: 'net1', paper }] })
    const [head, , row] = paperTable(recipe, [run({})]).split('\n')
    const titles = head.trim().split(/ {2,}/).filter((title) => title !== 'paper') // prettier-ignore
    expect(titles.map((title) => title.split(',')[0])).toEqual([
      ...['network', 'UNR %', 'VA %', 'SA %', 'RA %', 'time'],
      ...['verified', 'falsified'],
    ])
    expect(row.trim().split(/ {2,}/).slice(1, 11)).toEqual([
      ...['40.00', '5.85', '60.00', '82.3', '98.12', '98.68', '32.20', '92.73', '2.50', '40.21'],
    ])
  })
})

describe('lineage', () => {
  const model = (id: string, parentId: string | null, minute: number): ModelRow =>
    ({ id, parentId, createdAt: `2026-01-01T00:0${minute}:00Z` }) as ModelRow

  it('stands below the model it came from, and says where that is not listed', () => {
    // Newest first, as the history lists them.
    const models = [model('d', 'gone', 4), model('c2', 'b', 3), model('c1', 'b', 2), model('b', 'a', 1), model('a', null, 0)] // prettier-ignore
    expect(lineageTree(models).map(({ model: { id }, depth, absentParent }) => [id, depth, absentParent])).toEqual([
      ['d', 0, 'gone'],
      ['a', 0, null],
      ['b', 1, null],
      ['c1', 2, null],
      ['c2', 2, null],
    ])
  })
})

describe('figures', () => {
  it.each([
    [0.0123, '12 ms'],
    [0.9999, '1.00 s'],
    [12.34, '12.3 s'],
    [125, '2 min 05 s'],
    [3599.6, '1 h 00 min'],
    [null, '–'],
  ])('%s seconds read %s', (value, text) => expect(formatSeconds(value)).toBe(text))

  it('shares are per cent', () => expect(formatShare(0.9812)).toBe('98.1 %'))

  it('differences of shares are percentage points', () => expect(formatPoints(0.004)).toBe('0.40 pp'))

  it('radii stand once, or each in its turn', () => {
    expect(atEpsilon('robust', [0.1, null, 0.1, undefined])).toBe('robust, ε 0.1')
    expect(atEpsilon('robust', [0.1, 0.05])).toBe('robust, ε 0.1 and 0.05')
    expect(atEpsilon('robust', [null])).toBe('robust')
  })
})

describe('progress', () => {
  const failed = { code: 'prune/ratio', message: 'nothing would be left', hint: 'Prune less.' }
  const told = (runs: readonly RunRow[], job: Partial<JobRow>, body?: JobEventBody): string => {
    let text = ''
    const stream = { write: (chunk: Uint8Array | string) => (text += String(chunk)) !== '' }
    const view = new ProgressView(new Terminal({ out: stream, err: stream }, false), runs)
    if (body !== undefined) view.show({ sequence: 1, jobId: 'job-1', time: '', body })
    view.explainEnd({ error: null, ...job } as JobRow, runs)
    return text
  }
  const times = (text: string): number => text.split(failed.message).length - 1

  it('tells a failure once: when the run fails, else at the end, and not again as that of the job', () => {
    const runs = [run({ state: 'failed', error: failed })]
    const ofJob = { error: { ...failed, message: `base failed: ${failed.message}` } }
    const live = told(runs, ofJob, { type: 'run', runId: 'run-1', state: 'failed', stage: 'simplify', error: failed })
    const missed = told(runs, ofJob)
    expect([times(live), times(missed), times(told([run({})], ofJob))]).toEqual([1, 1, 1])
    for (const text of [live, missed]) expect(text).toContain('→ Prune less.')
  })

  it('names what is known and nothing that is not', () => {
    const gauge = { stage: 'verify', done: 3, total: 20, imageIndex: 3, method: 'bab', seconds: 1.5, domainsOpen: 12, domainsVisited: 340, domainsByDepth: null, worstBound: -0.25 } as const // prettier-ignore
    expect(gaugeText(gauge)).toBe(
      'verify, 3 of 20 done (15 %), image 3: bab, 1.50 s, 340 domains, 12 open, bound -0.250 (goal > 0)',
    )
    expect(gaugeText({ stage: 'load', message: 'reading' })).toBe('load, reading')
  })
})

describe('exit codes', () => {
  it.each([
    ['recipe/invalid', 3],
    ['verify/epsilon', 3],
    ['verify/soundness', 70],
    ['store/locked', 4],
    ['store/missing', 3],
    ['job/crashed', 6],
    ['prune/ratio', 3],
    ['property/syntax', 3],
    ['vnncomp/csv', 3],
    ['train/diverged', 6],
    ['engine/shape', 70],
    ['engine/failed', 4],
    ['cli/usage', 2],
    ['internal', 70],
    ['never/heard', 70],
  ])('of %s is %i', (code, exit) => expect(exitCodeOf(code)).toBe(exit))
})
