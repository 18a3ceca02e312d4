// One image: errors become verdicts, contradictions stop everything, nothing undecided is kept of a stopped job.
import { describe, expect, it } from 'vitest'
import { EspalierError } from '../../core/contract/errors.ts'
import { verifySchema } from '../../core/contract/recipe.ts'
import type { VerdictRow } from '../../core/contract/rows.ts'
import type { Verdict } from '../../core/contract/verdict.ts'
import { chooseAlone, chooseUnanimous, targetOf } from '../../core/jobs/execute/images.ts'
import { summarise } from '../../core/jobs/execute/summary.ts'
import { ask, keepsProofs, requireAgreement } from '../../core/jobs/execute/verify-image.ts'
import { buildArchitecture } from '../../core/nn/index.ts'
import { evaluate64 } from '../../core/nn/evaluate64.ts'
import type { Outcome, Problem, Verifier } from '../../core/verify/problem.ts'
import type { Dataset } from '../../core/data/dataset.ts'
import { outcomeOf } from '../verify/outcomes.ts'

const problem = {} as Problem
const running = new AbortController().signal
const verifier = (answer: () => Promise<Outcome>): Verifier => ({ name: 'bab', verify: answer })
const row = (verdict: Verdict, more: Partial<VerdictRow> = {}): VerdictRow => ({
  ...{
    runId: 'r',
    verifier: 'auto',
    imageIndex: 3,
    label: 1,
    target: null,
    predicted: 1,
    epsilon: 0.1,
    verdict,
    evidence: null,
  },
  ...{
    method: 'bab',
    seconds: 2,
    lowerBound: null,
    domains: 0,
    unstable: 10,
    group: null,
    counterexample: null,
    certificate: null,
    search: null,
    detail: {},
    learned: null,
  },
  ...{ error: null, createdAt: '2026-01-01T00:00:00.000Z' },
  ...more,
})

describe('certificates', () => {
  const kept = (value: unknown, questions: number) => keepsProofs(verifySchema.parse({ keepProofs: value }), questions)

  it('are kept of up to a hundred images, or as is asked for', () => {
    expect([1, 20, 100, 101, 10_000].map((questions) => kept(undefined, questions))).toEqual([true, true, true, false, false]) // prettier-ignore
    expect([kept('always', 10_000), kept('never', 1)]).toEqual([true, false])
  })

  it('are kept or not as older recipes say', () => {
    expect([kept(true, 10_000), kept(false, 1)]).toEqual([true, false])
    expect(verifySchema.parse({ keepProofs: true }).keepProofs).toBe('always')
    expect(verifySchema.safeParse({ keepProofs: 'sometimes' }).success).toBe(false)
  })
})

describe('ask', () => {
  it('makes an error of one image its verdict', async () => {
    const broken = verifier(() => Promise.reject(new EspalierError('engine/failed', 'no memory', 'Use less.')))
    const answer = await ask(broken, problem, 1, running, () => undefined)
    expect(answer).toMatchObject({ verdict: 'error', error: { code: 'engine/failed' } })
  })

  it('lets a contradiction through: it must stop the run', async () => {
    const wrong = verifier(() => Promise.reject(new EspalierError('verify/soundness', 'both', 'Report it.')))
    await expect(ask(wrong, problem, 1, running, () => undefined)).rejects.toMatchObject({ code: 'verify/soundness' })
  })

  it('keeps a definite answer that came as the job was stopped, and no other', async () => {
    const stopped = AbortSignal.abort()
    const quick = verifier(() => Promise.resolve(outcomeOf('falsified')))
    expect((await ask(quick, problem, 1, stopped, () => undefined)).verdict).toBe('falsified')
    for (const verdict of ['unknown', 'timeout'] as const) {
      const cut = verifier(() => Promise.resolve(outcomeOf(verdict)))
      await expect(ask(cut, problem, 1, stopped, () => undefined)).rejects.toMatchObject({ code: 'job/cancelled' })
    }
  })
})

describe('requireAgreement', () => {
  it.each([
    ['verified', 'falsified'],
    ['falsified', 'verified'],
  ] as const)('refuses %s against %s', (first, second) => {
    expect(() =>
      requireAgreement([row(first), row(first, { verifier: 'crown' }), row(second, { verifier: 'milp' })]),
    ).toThrow(expect.objectContaining({ code: 'verify/soundness' }) as Error)
  })

  it.each([
    ['verified', 'verified'],
    ['falsified', 'falsified'],
    ['verified', 'timeout'],
    ['unknown', 'falsified'],
    ['error', 'verified'],
  ] as const)('takes %s beside %s', (first, second) => {
    expect(() => requireAgreement([row(first), row(second)])).not.toThrow()
  })
})

describe('summarise', () => {
  const model = { hiddenNeurons: 100, weights: 50, nonzeroWeights: 40 } as Parameters<typeof summarise>[0]

  it('counts verdicts and averages over the images', () => {
    const rows = [
      row('verified', { unstable: 20, evidence: 'certified' }),
      row('falsified', { unstable: null, detail: { misclassified: 1 } }),
      row('falsified', { unstable: null, seconds: 0, method: 'attack' }),
      row('timeout', { seconds: 8 }),
    ]
    expect(
      summarise(model, { accuracy: 0.9, robustness: null, robustnessEpsilon: null, robustAccuracy: null }, rows),
    ).toMatchObject({
      ...{ verified: 1, certified: 1, falsified: 2, misclassified: 1, timeout: 1, unknown: 0, error: 0, images: 4 },
      ...{ seconds: 12, meanSeconds: 3, searchSeconds: 5, unstable: 0.15, accuracy: 0.9, robustness: null },
    })
  })

  it('has no means without images', () => {
    const evaluation = { accuracy: 1, robustness: 1, robustnessEpsilon: 0.1, robustAccuracy: 0.5 }
    expect(summarise(model, evaluation, [])).toMatchObject({
      unstable: null,
      meanSeconds: null,
      searchSeconds: null,
      robustnessEpsilon: 0.1,
      robustAccuracy: 0.5,
    })
  })
})

describe('the images', () => {
  const dataset = { name: 'it', count: 5 } as Dataset

  it('are the first, or those named, once each', () => {
    expect(chooseAlone({ select: 'first', count: 9 }, dataset).map(({ index }) => index)).toEqual([0, 1, 2, 3, 4])
    expect(chooseAlone({ select: 'indices', indices: [4, 1, 4] }, dataset).map(({ index }) => index)).toEqual([4, 1])
    expect(() => chooseAlone({ select: 'indices', indices: [5] }, dataset)).toThrow(/names image 5/)
  })

  it('of several groups are joined, each with its reasons', () => {
    const attack = (correct: number[], fooled: number[]) =>
      ({ robustness: 0, correct: Uint8Array.from(correct), fooled: Uint8Array.from(fooled), attackedClass: new Uint8Array(4) }) // prettier-ignore
    const attacks = new Map([
      ['base', attack([1, 1, 1, 0], [1, 0, 1, 1])],
      ['x', attack([1, 1, 1, 1], [1, 0, 0, 1])],
      ['y', attack([1, 1, 1, 1], [1, 1, 1, 1])],
    ])
    const images = { select: 'unanimous', found: 2, missed: 2, groups: [['base', 'x'], ['base', 'y']] } as const // prettier-ignore
    const chosen = (name: string) =>
      chooseUnanimous({ ...images, groups: images.groups.map((group) => [...group]) }, name, attacks)
    expect(chosen('base')).toEqual([
      { index: 0, group: 'found 1+2' },
      { index: 1, group: 'missed 1' },
      { index: 2, group: 'found 2' },
    ])
    expect(chosen('x').map(({ index }) => index)).toEqual([0, 1])
  })

  it('ask about the class the attack reached, else the runner-up', () => {
    const network = buildArchitecture('net1', [1, 4, 4], 7)
    const image = new Float32Array(16).fill(0.5)
    expect(targetOf(network, image, 3, 8)).toBe(8)
    const logits = [...evaluate64(network, Float64Array.from(image))]
    const best = logits.indexOf(Math.max(...logits))
    const second = logits.indexOf(Math.max(...logits.filter((_, k) => k !== best)))
    expect(targetOf(network, image, best, best)).toBe(second)
    expect(targetOf(network, image, second, second)).toBe(best)
  })
})
