// The pool of open domains: worst first, nothing lost, slots reused.
import { expect, it } from 'vitest'
import { SeededRandom } from '../../../core/data/random.ts'
import { bytesPerDomain, DomainPool, emptyRecord } from '../../../core/verify/bab/pool.ts'

const layout = { neurons: 5, candidates: 3, mixed: 2 }

function fill(record: ReturnType<typeof emptyRecord>, bound: number): void {
  Object.assign(record, { bound, plain: bound - 1, row: bound & 7, depth: 3, polished: 1 })
  record.alpha.fill(0.2)
  record.beta.fill(bound)
  record.sign.fill(-1)
  record.candidates.set([4, 2, -1])
  record.mix?.set([0.25, 0.75])
}

it('gives domains back worst first, with everything they had', () => {
  const pool = new DomainPool(layout)
  const record = emptyRecord(layout)
  const random = new SeededRandom(1)
  const order = random.permutation(3000)
  for (const bound of order) {
    fill(record, bound)
    pool.push(record)
  }
  for (let expected = 0; expected < 1500; expected++) {
    pool.popWorst(record)
    expect(record.bound).toBe(expected)
  }
  for (const bound of random.permutation(1000)) {
    fill(record, bound)
    pool.push(record)
  }
  expect(pool.size).toBe(2500)
  const seen: number[] = []
  while (pool.size > 0) {
    pool.popWorst(record)
    seen.push(record.bound)
    expect(record.beta[4]).toBe(record.bound)
    expect(record.alpha[0]).toBeCloseTo(0.2, 2)
    expect(Array.from(record.candidates)).toEqual([4, 2, -1])
    expect(Array.from(record.mix ?? [])).toEqual([0.25, 0.75])
    expect([record.plain, record.row, record.depth, record.polished]).toEqual([
      record.bound - 1,
      record.bound & 7,
      3,
      1,
    ])
  }
  expect(seen).toEqual(seen.toSorted((a, b) => a - b))
  expect(seen.length).toBe(2500)
  expect(pool.worst).toBe(Infinity)
})

it('says beforehand what more domains will take', () => {
  const pool = new DomainPool(layout)
  const record = emptyRecord(layout)
  fill(record, 1)
  expect([pool.bytesAfter(0), pool.bytes]).toEqual([0, 0])
  for (const more of [1, 1000, 24, 1, 700]) {
    const expected = pool.bytesAfter(more)
    for (let k = 0; k < more; k++) pool.push(record)
    expect(pool.bytes).toBe(expected)
  }
})

it('takes the newest without disturbing the order of the rest', () => {
  const pool = new DomainPool(layout)
  const record = emptyRecord(layout)
  for (const bound of new SeededRandom(2).permutation(500)) {
    fill(record, bound)
    pool.push(record)
  }
  const taken = new Set<number>()
  for (let k = 0; k < 200; k++) {
    pool.popLast(record)
    taken.add(record.bound)
  }
  let before = -1
  while (pool.size > 0) {
    pool.popWorst(record)
    expect(record.bound).toBeGreaterThan(before)
    expect(taken.has(record.bound)).toBe(false)
    before = record.bound
  }
})

it('says how much memory it holds', () => {
  const pool = new DomainPool(layout)
  expect(pool.bytes).toBe(0)
  const record = emptyRecord(layout)
  for (let k = 0; k < 2000; k++) pool.push(record)
  expect(pool.bytes).toBeGreaterThanOrEqual(2000 * bytesPerDomain(layout))
  expect(pool.bytes).toBeLessThanOrEqual(4000 * bytesPerDomain(layout))
})

it('tells rows beyond 65,535 from those they share their last bits with', () => {
  const pool = new DomainPool(layout)
  const record = emptyRecord(layout)
  fill(record, 1)
  record.row = 2 ** 16
  pool.push(record)
  pool.popWorst(record)
  expect(record.row).toBe(2 ** 16)
})

it('knows how many are open at each depth', () => {
  const pool = new DomainPool(layout)
  const record = emptyRecord(layout)
  expect(pool.depths).toEqual([])
  for (const [bound, depth] of [
    [1, 0],
    [2, 3],
    [3, 3],
    [4, 1],
  ] as const) {
    fill(record, bound)
    pool.push(Object.assign(record, { depth }))
  }
  expect(pool.depths).toEqual([1, 1, 0, 2])
  pool.popWorst(record)
  expect(pool.depths).toEqual([0, 1, 0, 2])
  pool.popWorst(record)
  pool.popWorst(record)
  expect(pool.depths).toEqual([0, 1])
  pool.popLast(record)
  expect(pool.depths).toEqual([])
})
