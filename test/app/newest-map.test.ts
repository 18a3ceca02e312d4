// What is kept is what was set last.
import { expect, it } from 'vitest'
import { NewestMap } from '../../core/app/newest-map.ts'

it('forgets the entry that was set longest ago, and no other', () => {
  const map = new NewestMap<string, number>(2)
  const held = () => ['a', 'b', 'c'].map((key) => map.get(key))
  map.set('a', 1)
  map.set('b', 2)
  expect(held()).toEqual([1, 2, undefined])
  // Set again, `a` is newer than `b`.
  map.set('a', 3)
  map.set('c', 4)
  expect(held()).toEqual([3, undefined, 4])
  map.delete('c')
  map.set('b', 5)
  expect(held()).toEqual([3, 5, undefined])
})
