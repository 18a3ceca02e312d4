// Figures as people read them, curves that may be told twice, progress in real counts, addresses that come back.
import { describe, expect, it } from 'vitest'
import { variantSchema } from '../../core/contract/recipe.ts'
import {
  atEpsilon,
  elapsedSeconds,
  formatAgo,
  formatCount,
  formatDelta,
  formatMemory,
  formatDuration,
  formatPoints,
  formatRound,
  formatSeconds,
  formatShare,
  formatValue,
} from '../../renderer/logic/format.ts'
import { gaugeText, stagesOf, stageState } from '../../renderer/logic/gauge.ts'
import { rgba } from '../../renderer/logic/picture.ts'
import { linkTo, parseRoute, sectionOf } from '../../renderer/logic/routes.ts'
import { byX, groupCurves, mergePoints, noCurves, overlaid } from '../../renderer/logic/series.ts'
import { cutSentence, detailTitle, detailValue } from '../../renderer/logic/words.ts'

describe('figures', () => {
  it.each([
    [formatCount(52_896), '52,896'],
    [formatCount(null), '–'],
    [formatShare(0.9824), '98.2 %'],
    [formatRound('80.0 %'), '80 %'],
    [formatRound('0.10 s'), '0.1 s'],
    [formatRound('100 %'), '100 %'],
    [formatSeconds(0.0123), '12 ms'],
    [formatSeconds(0.00006), '< 1 ms'],
    [formatSeconds(1.234), '1.23 s'],
    [formatSeconds(45.67), '45.7 s'],
    [formatSeconds(245), '4 min 05 s'],
    [formatDuration(7_384), '2 h 03 min'],
    [formatValue(-0.01234), '−0.0123'],
    [formatValue(1.3e-7), '1.30e−7'],
    [formatValue(0), '0'],
    [formatDelta(-12, formatCount), '−12'],
    [formatMemory(312 * 2 ** 20), '312 MiB'],
    [formatMemory(1.5 * 2 ** 30), '1.5 GiB'],
    [formatDelta(-0.004, formatPoints), '−0.4 pp'],
    [atEpsilon('Verdicts', [8 / 255, null, 8 / 255]), 'Verdicts, ε 0.03137'],
    [atEpsilon('Verdicts', [0.1, 0.2]), 'Verdicts, ε 0.1 and 0.2'],
    [atEpsilon('Verdicts', [null, undefined]), 'Verdicts'],
    [formatDelta(0, formatCount), '±0'],
    [detailTitle('alpha-crownSeconds'), 'α-CROWN, time'],
    [detailTitle('babSettledByLp'), 'Branch and bound, settled by LP'],
    [detailTitle('quickAttackSeconds'), 'Quick attack, time'],
    [detailValue('babSeconds', 1.4689), '1.47 s'],
    [detailValue('babDeepest', 7), '7'],
    [formatAgo('2026-01-01T00:00:00Z', Date.parse('2026-01-01T00:05:00Z')), '5 min ago'],
  ])('%s', (shown, expected) => expect(shown).toBe(expected))

  it('elapsed time stops when the run does', () => {
    const start = '2026-01-01T00:00:00Z'
    expect(elapsedSeconds(null, null, 0)).toBeNull()
    expect(elapsedSeconds(start, null, Date.parse('2026-01-01T00:01:00Z'))).toBe(60)
    expect(elapsedSeconds(start, '2026-01-01T00:00:30Z', Date.parse('2027-01-01T00:00:00Z'))).toBe(30)
  })
})

describe('curves', () => {
  it('of several runs have a colour for each run and stage, and dashes for validation', () => {
    const points = [{ x: 2, y: 1 }, { x: 1, y: 0 }] // prettier-ignore
    const group = (...labels: string[]) => ({ measure: 'loss', title: 'Loss', series: labels.map((label) => ({ name: label, label, points })) }) // prettier-ignore
    const found = overlaid(['A', 'B'], [group('train', 'validation'), group('fine-tune · train', 'fine-tune · validation')]) // prettier-ignore
    expect(found.map(({ label, colour, dashed }) => [label, colour, dashed])).toEqual([
      ['A: train', 0, false],
      ['A: validation', 0, true],
      ['B: fine-tune · train', 1, false],
      ['B: fine-tune · validation', 1, true],
    ])
    expect(byX(points).map(({ x }) => x)).toEqual([1, 2])
  })

  const point = (series: string, step: number, value: number) => ({ series, step, value })
  it('take points in any order and twice without harm', () => {
    const once = mergePoints(noCurves, [point('train.loss', 1, 2), point('train.loss', 3, 1)])
    const twice = mergePoints(once, [
      point('train.loss', 3, 1),
      point('train.loss', 2, 1.5),
      point('train.loss', 1, 2.5),
    ])
    expect(twice.get('train.loss')).toEqual([
      { x: 1, y: 2.5 },
      { x: 2, y: 1.5 },
      { x: 3, y: 1 },
    ])
    expect(once.get('train.loss')).toHaveLength(2)
  })

  it('are grouped by what they measure, loss and accuracy first', () => {
    const names = [
      'learning-rate',
      'fine-tune.train.loss',
      'evaluate.accuracy',
      'validation.accuracy',
      'train.loss',
      'x.gamma',
    ]
    const groups = groupCurves(
      mergePoints(
        noCurves,
        names.map((name) => point(name, 1, 1)),
      ),
    )
    expect(groups.map(({ title, series }) => [title, series.map(({ label }) => label)])).toEqual([
      ['Loss', ['fine-tune · train', 'train']],
      ['Accuracy', ['validation']],
      ['Learning rate', ['learning rate']],
      ['gamma', ['x']],
    ])
  })
})

describe('progress', () => {
  it('is told in counts that are known', () => {
    expect(
      gaugeText({ stage: 'train', epoch: 3, epochs: 100, batch: 40, batches: 141, samplesPerSecond: 12_300 }),
    ).toEqual({
      text: 'epoch 3 of at most 100 · batch 40 of 141 · 12,300 images/s',
      done: 322,
      total: 14_100,
    })
    expect(gaugeText({ stage: 'load', message: 'opening' })).toEqual({ text: 'opening', done: null, total: null })
    const verify = gaugeText({
      stage: 'verify',
      done: 11,
      total: 20,
      imageIndex: 11,
      method: 'bab',
      seconds: 12.4,
      domainsOpen: 312,
      domainsByDepth: null,
      domainsVisited: 4210,
      worstBound: -0.02,
    })
    expect(verify.text).toBe(
      '11 of 20 images done · image 11: Branch and bound · 12.4 s · 4,210 domains visited · 312 open · worst bound −0.02, goal above 0',
    )
  })

  it('knows the stages of a variant and how far they are', () => {
    const pruned = variantSchema.parse({
      name: 'p',
      from: 'b',
      simplify: { method: 'neuron', ratio: 0.5 },
      fineTune: {},
    })
    const stages = stagesOf(pruned, true)
    expect(stages).toEqual(['load', 'simplify', 'fine-tune', 'evaluate', 'verify'])
    const states = (run: { state: 'running' | 'done' | 'interrupted' | 'waiting'; stage: string }) =>
      stages.map((stage) => stageState(run, stages, stage))
    expect(states({ state: 'running', stage: 'fine-tune' })).toEqual(['done', 'done', 'now', 'waiting', 'waiting'])
    expect(states({ state: 'interrupted', stage: 'verify' }).at(-1)).toBe('stopped')
    expect(states({ state: 'waiting', stage: 'verify' })).toEqual(['done', 'done', 'done', 'done', 'waiting'])
    expect(new Set(states({ state: 'waiting', stage: '' }))).toEqual(new Set(['waiting']))
    expect(new Set(states({ state: 'done', stage: '' }))).toEqual(new Set(['done']))
  })
})

describe('what a ratio means', () => {
  it.each([
    ['neuron', 'neurons', 'Removes 1,351 of 2,700 neurons'],
    ['weight', 'weights', 'Sets 1,351 of 2,700 weights to zero'],
    ['hydra', 'neurons', 'Sets 1,351 of 2,700 neurons to zero'],
    ['graft', 'neurons', 'Makes lines of 1,351 of 2,700 neurons'],
  ] as const)('is said in the words of %s', (method, unit, sentence) => {
    expect(cutSentence(method, { unit, taken: 1_351, total: 2_700 })).toBe(sentence)
  })
})

describe('addresses', () => {
  it('come back as they were made', () => {
    expect(parseRoute(linkTo(['runs', 'a/b'], { tab: 'log', instance: null }))).toEqual({
      screen: 'run',
      id: 'a/b',
      tab: 'log',
      instance: null,
    })
    expect(parseRoute(linkTo(['compare'], { a: '1', b: '2' }))).toEqual({ screen: 'compare', a: '1', b: '2', more: [] })
    expect(parseRoute('')).toEqual({ screen: 'home' })
    expect(parseRoute('#/wizard/nonsense')).toEqual({
      screen: 'wizard',
      step: 'goal',
      file: null,
      model: null,
      goal: null,
    })
    expect(parseRoute(linkTo(['wizard', 'model'], { model: 'net-1' }))).toMatchObject({ step: 'model', model: 'net-1' })
    expect(parseRoute('#/nowhere')).toEqual({ screen: 'missing' })
    expect(sectionOf(parseRoute('#/jobs/1'))).toBe('runs')
  })
})

describe('pictures', () => {
  const picture = (values: number[], channels = 1) => ({
    width: values.length / channels,
    height: 1,
    channels,
    pixels: btoa(String.fromCharCode(...values)),
  })
  it('are grey, in colour, or a signed difference around 128', () => {
    expect([...rgba(picture([0, 255]), false)]).toEqual([0, 0, 0, 255, 255, 255, 255, 255])
    expect([...rgba(picture([1, 2, 3], 3), false)]).toEqual([1, 2, 3, 255])
    const [darker, same, brighter] = [0, 1, 2].map((i) =>
      [...rgba(picture([1, 128, 255]), true)].slice(i * 4, i * 4 + 3),
    )
    expect(same).toEqual([244, 244, 240])
    expect(darker[2]).toBeGreaterThan(darker[0])
    expect(brighter[0]).toBeGreaterThan(brighter[2])
  })
})
