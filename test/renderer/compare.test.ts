// Pairing, flips, differences and figures with Δ, on numbers a person can check.
import { describe, expect, it } from 'vitest'
import type { DatasetRow, JobRow, RunRow, RunSummary, VerdictRow } from '../../core/contract/rows.ts'
import type { Verdict } from '../../core/contract/verdict.ts'
import { summaryLines } from '../../renderer/logic/compare.ts'
import { differences, warnings, type Side } from '../../renderer/logic/fairness.ts'
import { flipMatrix, flipSentence, pairVerdicts, timeChange } from '../../renderer/logic/pairs.ts'
import {
  countText,
  countVerdicts,
  keepsProofs,
  mergeVerdicts,
  parseVerdictKey,
  verdictKey,
} from '../../renderer/logic/verdicts.ts'
import { runSummary, verdictRow } from '../store/rows.ts'

const row = (imageIndex: number, verdict: Verdict, target: number | null = null): VerdictRow =>
  verdictRow({ verifier: 'auto', imageIndex, label: imageIndex % 10, target, verdict, evidence: null, seconds: 1 })

const side = (
  verdicts: readonly VerdictRow[],
  run: Partial<RunRow> = {},
  job = 'j',
  environment = {},
  hash = 'h',
): Side => ({
  run: { epsilon: 0.1, timeoutSeconds: 60, ...run } as RunRow,
  job: { id: job, environment } as unknown as JobRow,
  dataset: { hash } as DatasetRow,
  verdicts,
})

describe('pairs', () => {
  it('are the images of both runs, by number', () => {
    const pairs = pairVerdicts(
      [row(3, 'timeout'), row(1, 'verified'), row(9, 'verified')],
      [row(1, 'verified'), row(3, 'verified')],
    )
    expect(pairs.map(({ imageIndex, a, b }) => [imageIndex, a.verdict, b.verdict])).toEqual([
      [3, 'timeout', 'verified'],
      [1, 'verified', 'verified'],
    ])
  })

  it('match the n-th target of an image with the n-th, since networks may fear different classes', () => {
    const pairs = pairVerdicts(
      [row(1, 'verified', 2), row(1, 'timeout', 5)],
      [row(1, 'falsified', 7), row(1, 'verified', 5)],
    )
    expect(pairs.map(({ a, b }) => [a.target, b.target])).toEqual([
      [2, 7],
      [5, 5],
    ])
  })

  it('count flips by verdict before and after', () => {
    const before = [row(0, 'timeout'), row(1, 'timeout'), row(2, 'verified'), row(3, 'falsified')]
    const after = [row(0, 'verified'), row(1, 'verified'), row(2, 'verified'), row(3, 'verified')]
    const matrix = flipMatrix(pairVerdicts(before, after))
    expect([
      matrix.timeout.verified,
      matrix.verified.verified,
      matrix.falsified.verified,
      matrix.verified.timeout,
    ]).toEqual([2, 1, 1, 0])
    expect(flipSentence(matrix)).toBe(
      '3 of 4 verdicts changed: 2 from timeout to verified, 1 from falsified to verified.',
    )
    expect(flipSentence(flipMatrix(pairVerdicts(before, before)))).toBe('None of 4 verdicts changed.')
  })

  it('compare times of the same answer only', () => {
    const [quick, slow] = [row(0, 'verified'), { ...row(0, 'verified'), seconds: 4 }]
    expect(timeChange({ a: slow, b: quick })).toBe('4 × faster')
    expect(timeChange({ a: quick, b: slow })).toBe('4 × slower')
    expect(timeChange({ a: quick, b: quick })).toBe('as fast')
    expect(timeChange({ a: slow, b: row(0, 'falsified') })).toBe('–')
  })
})

describe('differences that make a comparison unfair', () => {
  const rows = [row(0, 'verified')]
  it('are named one by one', () => {
    expect(differences(side(rows), side(rows))).toEqual([])
    const other = side([row(5, 'verified')], { epsilon: 0.2, timeoutSeconds: 600 }, 'k', { cpu: 'other' }, 'g')
    const found = differences(side(rows), other).join(' ')
    for (const word of ['data', 'images', 'ε of verification differs: 0.1 and 0.2', 'time limits', 'hardware'])
      expect(found).toContain(word)
  })

  it('tell the ε of FGSM from that of verification', () => {
    const summary = { robustnessEpsilon: 0.1 } as RunSummary
    const other = { summary: { robustnessEpsilon: 0.05 } as RunSummary }
    expect(differences(side(rows, { summary }), side(rows, other))).toEqual([
      'The ε of FGSM differs: 0.1 and 0.05; robustness figures are not comparable.',
    ])
  })

  it('of a run that is not over are only what is known: that it is not', () => {
    const under = { ...side(rows.slice(0, 0), { state: 'waiting' }), dataset: null }
    expect(warnings([side(rows), under], ['A', 'B'])).toEqual([
      'B has not begun: there is nothing of it to compare yet.',
    ])
    expect(warnings([side(rows, { state: 'running' }), side(rows)], ['A', 'B'])).toEqual([
      'A is not over: its figures are those so far.',
    ])
    expect(warnings([side(rows), side([], { epsilon: 0.2 }), side(rows)], ['A', 'B', 'C'])).toEqual([
      'B: The images verified differ; only those in both are paired.',
      'B: The ε of verification differs: 0.1 and 0.2.',
    ])
  })

  it('do not depend on the order of the environment', () => {
    const a = side(rows, {}, 'j', { cpu: 'x', node: '24' })
    const b = side(rows, {}, 'k', { node: '24', cpu: 'x' })
    expect(differences(a, b)).toEqual([])
  })

  it('do not count what a provider measured when it was chosen', () => {
    const measured = (speed: number) => ({ cpu: 'x', 'provider chosen because': `auto: cpu measured ${speed} GFLOP/s` })
    expect(differences(side(rows, {}, 'j', measured(26)), side(rows, {}, 'k', measured(10)))).toEqual([])
  })
})

describe('summary', () => {
  const base = runSummary()

  it('shows both figures, their difference, and whether it is for the better', () => {
    const after = { ...base, accuracy: 0.96, hiddenNeurons: 55, verified: 15, timeout: 0, meanSeconds: 1.5 }
    const lines = summaryLines({ summary: base, epsilon: 0.06 }, { summary: after, epsilon: 0.06 })
    const line = (title: string) => lines.find((one) => one.title === title)
    expect(line('Accuracy')).toEqual({
      title: 'Accuracy',
      a: '98.00 %',
      b: '96.00 %',
      delta: '−2.00 pp',
      better: false,
    })
    expect(line('Hidden neurons')).toMatchObject({ a: '112', b: '55', delta: '−57', better: null })
    expect(line('Verified, ε 0.06')).toMatchObject({ delta: '+9', better: true })
    expect(line('Undecided')).toMatchObject({ a: '8 of 20', b: '1 of 20', delta: '−7', better: true })
    expect(line('of them misclassified')).toMatchObject({ a: '2 of 6', b: '2 of 6', delta: '±0' })
    expect(line('of them certified')).toMatchObject({ better: null })
    expect(line('FGSM robustness, ε 0.1')).toMatchObject({ delta: '±0', better: null })
    expect(line('Mean time per image')).toMatchObject({ a: '25.6 s', b: '1.50 s', better: true })
  })

  it('shows differences that are those of the figures beside them', () => {
    const after = { ...base, accuracy: 0.9815, robustness: 0.642 }
    const before = { ...base, accuracy: 0.986, robustness: 0.8175 }
    const lines = summaryLines({ summary: before, epsilon: 0.06 }, { summary: after, epsilon: 0.06 })
    expect(lines[0]).toMatchObject({ a: '98.60 %', b: '98.15 %', delta: '−0.45 pp' })
    expect(lines[1]).toMatchObject({ a: '81.75 %', b: '64.20 %', delta: '−17.55 pp' })
    const unstable = (value: number) => ({ summary: { ...base, unstable: value }, epsilon: 0.06 })
    const line = summaryLines(unstable(0.526786), unstable(0.567949)).find(({ title }) => title === 'Unstable neurons')
    expect(line).toMatchObject({ a: '52.68 %', b: '56.79 %', delta: '+4.11 pp' })
  })

  it('has dashes where a run has no figures yet', () => {
    const waiting = { summary: null, epsilon: 0.06 }
    expect(summaryLines({ summary: base, epsilon: 0.06 }, waiting)[0]).toMatchObject({
      b: '–',
      delta: '–',
      better: null,
    })
  })
})

describe('verdict rows', () => {
  it('that needed no change are counted apart', () => {
    const counts = countVerdicts([
      { ...row(0, 'verified'), evidence: 'certified' },
      { ...row(1, 'falsified'), detail: { misclassified: 1 } },
      row(2, 'falsified'),
    ])
    expect(counts).toMatchObject({ falsified: 2, certified: 1, misclassified: 1 })
    expect([countText(counts, 'verified'), countText(counts, 'falsified')]).toEqual([
      '1 verified (1 certified)',
      '2 falsified (1 misclassified)',
    ])
    expect(countText({ ...counts, misclassified: null }, 'falsified')).toBe('2 falsified')
  })

  it('can be proved again from the bundle where every certificate was kept', () => {
    const proved = verdictRow({ evidence: 'certified', certificate: 'c'.repeat(64) })
    expect(keepsProofs([proved, verdictRow({ evidence: 'float32' }), verdictRow({ evidence: 'replayed' })])).toBe(true)
    expect(keepsProofs([proved, verdictRow({ evidence: 'certified' })])).toBe(false)
  })

  it('are told apart by verifier, image and target, and replaced when they come twice', () => {
    const rows = mergeVerdicts([row(1, 'verified')], [row(2, 'timeout'), row(2, 'verified', 4)])
    expect(mergeVerdicts(rows, [row(2, 'verified')])).toHaveLength(3)
    expect(countVerdicts(mergeVerdicts(rows, [row(2, 'verified')]))).toMatchObject({ verified: 3, timeout: 0 })
    for (const one of rows)
      expect(parseVerdictKey(verdictKey(one))).toEqual({
        verifier: 'auto',
        imageIndex: one.imageIndex,
        target: one.target,
      })
    for (const bad of ['', 'auto', 'auto:x:', ':1:']) expect(parseVerdictKey(bad)).toBeNull()
  })
})
