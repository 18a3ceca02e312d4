// Two runs side by side, on rows a person can check.
import { describe, expect, it } from 'vitest'
import type { JobRow, RunRow, RunSummary, VerdictRow } from '../../core/contract/rows.ts'
import type { Verdict } from '../../core/contract/verdict.ts'
import { compareRuns, type ComparedRun } from '../../core/report/compare.ts'
import { verdictsToCsv } from '../../core/report/verdicts-csv.ts'

const row = (imageIndex: number, verdict: Verdict, verifier = 'auto'): VerdictRow => ({
  ...{ runId: 'r', verifier, imageIndex, label: 1, target: null, predicted: 1, epsilon: 0.1, verdict, evidence: null },
  ...{
    method: 'bab',
    seconds: 2,
    lowerBound: 0.5,
    domains: 7,
    unstable: 10,
    group: 'first',
    counterexample: null,
    certificate: null,
    search: null,
    detail: {},
  },
  ...{ error: null, createdAt: '' },
})
const compared = (
  verdicts: VerdictRow[],
  run: Partial<RunRow> = {},
  environment: Record<string, string> = { cpu: 'x' },
): ComparedRun => ({
  run: {
    summary: { accuracy: 0.9, hiddenNeurons: 112 } as RunSummary,
    epsilon: 0.1,
    timeoutSeconds: 60,
    ...run,
  } as RunRow,
  job: { environment } as unknown as JobRow,
  verdicts,
})

describe('compareRuns', () => {
  it('counts verdicts that changed and lists their images', () => {
    const first = compared([row(0, 'verified'), row(1, 'timeout'), row(2, 'timeout')])
    const second = compared([row(0, 'verified'), row(1, 'verified'), row(2, 'falsified')])
    const { flips, changed, warnings } = compareRuns(first, second)
    expect(flips.timeout).toMatchObject({ verified: 1, falsified: 1, timeout: 0 })
    expect(flips.verified.verified).toBe(1)
    expect(changed).toEqual([
      { imageIndex: 1, first: 'timeout', second: 'verified' },
      { imageIndex: 2, first: 'timeout', second: 'falsified' },
    ])
    expect(warnings).toEqual([])
  })

  it('warns where the radii differ, those of verification and those of FGSM apart', () => {
    const summary = { robustnessEpsilon: 0.1 } as RunSummary
    const { warnings } = compareRuns(
      compared([], { summary }),
      compared([], { epsilon: 0.2, summary: { ...summary, robustnessEpsilon: 0.05 } }),
    )
    expect(warnings).toEqual(['ε of verification differs: 0.1 and 0.2', 'ε of FGSM differs: 0.1 and 0.05'])
    expect(compareRuns(compared([], { summary }), compared([])).warnings).toEqual([])
  })

  it('gives differences, null where a side is missing', () => {
    const { figures } = compareRuns(compared([]), compared([], { summary: { accuracy: 0.95 } as RunSummary }))
    expect(figures.find(({ name }) => name === 'accuracy')?.difference).toBeCloseTo(0.05, 12)
    expect(figures.find(({ name }) => name === 'hiddenNeurons')).toMatchObject({
      first: 112,
      second: null,
      difference: null,
    })
  })

  it('counts an image once when it was cross-checked', () => {
    const both = compared([row(0, 'verified'), row(0, 'verified', 'milp')])
    expect(compareRuns(both, both).flips.verified.verified).toBe(1)
  })

  it('warns of what makes it unfair', () => {
    const other = compared([row(5, 'verified')], { epsilon: 0.2, timeoutSeconds: 10 }, { cpu: 'y' })
    const { warnings } = compareRuns(compared([row(0, 'verified')]), other)
    expect(warnings).toEqual([
      'ε of verification differs: 0.1 and 0.2',
      'time limit differs: 60 and 10',
      'cpu differs: x and y',
      'images differ: 0 shared of 1 and 1',
    ])
  })
})

describe('verdictsToCsv', () => {
  it('has a line for each verdict and quotes what needs it', () => {
    const failed = {
      ...row(3, 'error'),
      error: { code: 'engine/failed', message: 'out of memory, again "x"', hint: '' },
    }
    const lines = verdictsToCsv([row(0, 'verified'), failed]).split('\r\n')
    expect(lines[0]).toMatch(/^image,label,predicted,target,epsilon,verifier,verdict,/)
    expect(lines[1]).toBe('0,1,1,,0.1,auto,verified,,bab,2,0.5,7,10,first,,')
    expect(lines[2]).toMatch(/"engine\/failed: out of memory, again ""x"""$/)
    expect(lines).toHaveLength(4)
  })
})
