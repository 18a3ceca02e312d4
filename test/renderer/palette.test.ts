// The palette's search: all words must be there, beginnings come first.
import { expect, it } from 'vitest'
import { findOffers, type Offer } from '../../renderer/logic/palette.ts'

const offer = (title: string): Offer => ({ title, group: 'Jobs', keys: [], state: null, choose: () => undefined })
const titles = ['Home', 'Compare', 'Compute', 'mnist-net1 sweep', 'Sweep 12', 'Some home-made job']
const find = (typed: string) => findOffers(titles.map(offer), typed).map(({ title }) => title)

it('offers everything, in its order, where nothing is typed', () => {
  expect(find('  ')).toEqual(titles)
})

it('finds by beginnings of words first, then by what they hold', () => {
  expect(find('ho')).toEqual(['Home', 'Some home-made job'])
  expect(find('ome')).toEqual(['Home', 'Some home-made job'])
  expect(find('net')).toEqual(['mnist-net1 sweep'])
  expect(find('m')).toEqual(['mnist-net1 sweep', 'Some home-made job', 'Home', 'Compare', 'Compute'])
})

it('asks for every word, in any order', () => {
  expect(find('12 sweep')).toEqual(['Sweep 12'])
  expect(find('sweep comp')).toEqual([])
})
