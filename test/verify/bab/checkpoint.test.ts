// A search that was interrupted, or whose process was killed, goes on where it was; what does not belong to it is refused.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SeededRandom } from '../../../core/data/random.ts'
import { openEngine, type Engine } from '../../../core/engine/engine.ts'
import { coversRows, questionKey, restoreState, saveState, type SearchState } from '../../../core/verify/bab/checkpoint.ts' // prettier-ignore
import { columnsOf, fillPool } from '../../../core/verify/bab/columns.ts'
import { DomainPool, emptyRecord } from '../../../core/verify/bab/pool.ts'
import { hardQuestion, longSettings } from './hard-question.ts'
import { ask, smallSettings, type Question } from './task.ts'

let engine: Engine
let folder: string
beforeAll(async () => {
  engine = await openEngine({ provider: 'cpu', threads: 1 })
  folder = mkdtempSync(join(tmpdir(), 'espalier-bab-'))
})
afterAll(async () => {
  await engine.dispose()
  rmSync(folder, { recursive: true })
})

const layout = { neurons: 7, candidates: 4, mixed: 3 }

function somePool(): DomainPool {
  const random = new SeededRandom(1)
  const pool = new DomainPool(layout)
  const domain = emptyRecord(layout)
  for (const bound of random.permutation(50)) {
    Object.assign(domain, { bound: Math.fround(-bound / 3), row: bound, depth: 2 * bound, polished: bound % 3 })
    domain.alpha.forEach((_, i) => (domain.alpha[i] = Math.round(random.uniform() * 255) / 255))
    domain.beta.forEach((_, i) => (domain.beta[i] = random.uniform()))
    domain.sign.forEach((_, i) => (domain.sign[i] = (i % 3) - 1))
    domain.candidates.forEach((_, i) => (domain.candidates[i] = i - 1))
    domain.mix?.fill(1 / 3)
    pool.push(domain)
  }
  return pool
}

function someState(): SearchState {
  return {
    ...{ turn: 1, before: 40, openRows: [0, 2], rootLower: Float64Array.of(-1, 2, -0.5) },
    bounds: new Map([['z', { lower: Float64Array.of(-1, -Infinity), upper: Float64Array.of(1, 2) }]]),
    statistics: { domains: 9, batches: 3, settled: 1, undecided: 1, deepest: 4 },
    closed: Float64Array.of(Infinity, 0.25, Infinity),
    domains: columnsOf(somePool()),
    open: Int32Array.of(3, 5, 8),
  }
}

describe('a state', () => {
  it('comes back as it was, infinities included', () => {
    expect(restoreState(saveState(someState(), 'key'), 'key')).toEqual(someState())
  })

  it('fills a pool with every domain, in order', () => {
    const restored = new DomainPool(layout)
    fillPool(restored, restoreState(saveState(someState(), 'key'), 'key').domains)
    const pool = somePool()
    const [a, b] = [emptyRecord(layout), emptyRecord(layout)]
    expect(restored.size).toBe(50)
    while (pool.size > 0) {
      pool.popWorst(a)
      restored.popWorst(b)
      expect(b).toEqual(a)
    }
    expect(() => fillPool(new DomainPool({ ...layout, neurons: 8 }), columnsOf(somePool()))).toThrow(RangeError)
  })

  it('of another question, cut short, or of another kind is refused', () => {
    const bytes = saveState(someState(), 'key')
    expect(() => restoreState(bytes, 'other')).toThrow(/another question/)
    expect(() => restoreState(bytes.subarray(0, bytes.length - 9), 'key')).toThrow(/cut short/)
    expect(() => restoreState(bytes.subarray(0, 5), 'key')).toThrow(/kind/)
    expect(() => restoreState(new Uint8Array(0), 'key')).toThrow(/kind/)
  })

  it('belongs to its network, box, property and settings', () => {
    const question = hardQuestion(engine, 0.2)
    const { box, property } = question
    const moved = { ...box, lower: box.lower.map((value, i) => (i === 3 ? value - 1e-9 : value)) }
    const others = [
      questionKey(question, smallSettings),
      questionKey({ ...question, box: moved }, longSettings),
      questionKey({ ...question, property: { ...property, kind: 'any-positive' } }, longSettings),
      questionKey(hardQuestion(engine, 0.21), longSettings),
    ]
    const key = questionKey(question, longSettings)
    expect(questionKey(hardQuestion(engine, 0.2), longSettings)).toBe(key)
    expect(new Set([key, ...others]).size).toBe(5)
  })

  it('covers the rows that it is about and no others', () => {
    expect(coversRows(someState(), [2])).toBe(true)
    expect(coversRows(someState(), [0, 1])).toBe(false)
  })
})

/** The states between rounds of a search, as another process would read them. */
async function statesOf(question: Question, settings = longSettings): Promise<SearchState[]> {
  const states: Uint8Array[] = []
  const keep = (state: SearchState): Promise<void> => Promise.resolve(void states.push(saveState(state, 'it')))
  await ask(question, { settings, keeper: { due: () => true, keep } })
  return states.map((bytes) => restoreState(bytes, 'it'))
}

describe('a search that goes on from a state', () => {
  it.each([
    ['verified', 0.2],
    ['falsified', -0.002],
  ])(
    'ends %s as without interruption',
    async (status, margin) => {
      const question = hardQuestion(engine, margin)
      const states = await statesOf(question)
      expect(states.length).toBeGreaterThan(status === 'verified' ? 50 : 0)
      for (const kept of [states[0], states[states.length >> 1], states[states.length - 1]]) {
        const report = await ask(question, { settings: longSettings, kept })
        expect(report.status).toBe(status)
        expect(report.statistics.domains).toBeGreaterThan(kept.statistics.domains)
      }
    },
    60_000,
  )

  it('after a tightening goes on where it was', async () => {
    const settings = { ...longSettings, tighten: [{ after: 200, domainsEach: 16 }] }
    const states = await statesOf(hardQuestion(engine, 0.2), settings)
    const [first, last] = [states[0], states[states.length - 1]]
    expect([first.turn, last.turn]).toEqual([0, 1])
    expect(last.before + last.statistics.domains).toBeGreaterThan(200)
    const report = await ask(hardQuestion(engine, 0.2), { settings, kept: last })
    expect(report.status).toBe('verified')
    expect(report.statistics.domains).toBeGreaterThan(last.before + last.statistics.domains)
  }, 60_000)

  it('claims nothing that the state leaves undecided', async () => {
    const question = hardQuestion(engine, 0.2)
    const [state] = await statesOf(question)
    const none = new DomainPool(state.domains.layout)
    const closed = Float64Array.of(0.1)
    const empty = { ...state, closed, domains: columnsOf(none) }
    expect((await ask(question, { settings: longSettings, kept: empty })).status).toBe('verified')
    const undecided = { ...empty, statistics: { ...state.statistics, undecided: 1 } }
    expect((await ask(question, { settings: longSettings, kept: undecided })).status).toBe('unknown')
  })
})

it('a killed process loses only what it did after its last state', async () => {
  const path = join(folder, 'state')
  const child = fork(join(import.meta.dirname, 'children/search.ts'), [path, '0.2'], { execArgv: [] })
  for (let told = 0; told < 4; told++) await once(child, 'message')
  child.kill('SIGKILL')
  const [, signal] = (await once(child, 'exit')) as [number | null, string]
  expect(signal).toBe('SIGKILL')
  const question = hardQuestion(engine, 0.2)
  const kept = restoreState(readFileSync(path), questionKey(question, longSettings))
  expect(kept.statistics.domains).toBeGreaterThan(100)
  let first = Infinity
  const report = await ask(question, {
    settings: longSettings,
    kept,
    progress: ({ domains }) => (first = Math.min(first, domains)),
  })
  expect(report.status).toBe('verified')
  // The first round after the kill counts on from those before it.
  expect(first).toBeGreaterThan(kept.statistics.domains)
  expect(first).toBeLessThan(kept.statistics.domains + 40)
}, 60_000)
