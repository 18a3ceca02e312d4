// Open domains survive being saved and restored; what is not their checkpoint is refused.
import { expect, it } from 'vitest'
import { SeededRandom } from '../../../core/data/random.ts'
import { restorePool, savePool } from '../../../core/verify/bab/checkpoint.ts'
import { DomainPool, emptyRecord } from '../../../core/verify/bab/pool.ts'

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

it('restores every domain as it was', () => {
  const restored = restorePool(savePool(somePool(), 'key'), 'key')
  const pool = somePool()
  const [a, b] = [emptyRecord(layout), emptyRecord(layout)]
  expect(restored.size).toBe(50)
  while (pool.size > 0) {
    pool.popWorst(a)
    restored.popWorst(b)
    expect(b).toEqual(a)
  }
})

it('refuses bytes of another question, cut short, or of another kind', () => {
  const bytes = savePool(somePool(), 'key')
  expect(() => restorePool(bytes, 'other')).toThrow(/another question/)
  expect(() => restorePool(bytes.subarray(0, bytes.length - 1), 'key')).toThrow(/cut short/)
  expect(() => restorePool(bytes.subarray(0, 5), 'key')).toThrow(/cut short/)
  const wrong = bytes.slice()
  wrong[0] ^= 1
  expect(() => restorePool(wrong, 'key')).toThrow(/another kind/)
})
