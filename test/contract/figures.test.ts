// Data of plots worked out from rows, on numbers a person can check.
import { describe, expect, it } from 'vitest'
import { cactus, paretoFront, paretoPoint, verifiedWithin } from '../../core/contract/figures.ts'
import type { RunSummary } from '../../core/contract/rows.ts'

const rows = [
  { verdict: 'verified', seconds: 2 },
  { verdict: 'timeout', seconds: 60 },
  { verdict: 'verified', seconds: 0 },
  { verdict: 'falsified', seconds: 0.5 },
] as const

describe('verified accuracy against the time limit', () => {
  it('rises by one image at each time, and stays until the limit', () => {
    expect(verifiedWithin(rows, 60)).toEqual([
      { x: 0.001, y: 0 },
      { x: 0.001, y: 0.25 },
      { x: 2, y: 0.5 },
      { x: 60, y: 0.5 },
    ])
  })
  it('ends at the last verdict where the limit is not known, and is nothing without images', () => {
    expect(verifiedWithin(rows, null).at(-1)).toEqual({ x: 2, y: 0.5 })
    expect(verifiedWithin([], 60)).toEqual([])
  })
})

it('a cactus plot counts what was decided either way, quickest first', () => {
  expect(cactus(rows)).toEqual([
    { x: 1, y: 0.001 },
    { x: 2, y: 0.5 },
    { x: 3, y: 2 },
  ])
})

describe('the Pareto front', () => {
  it('leaves out what another run beats in both figures, and keeps ties', () => {
    const [a, b, c, d] = [{ x: 0.9, y: 0.5 }, { x: 0.95, y: 0.4 }, { x: 0.9, y: 0.4 }, { x: 0.9, y: 0.5 }] // prettier-ignore
    expect(paretoFront([b, a, c, d])).toEqual([a, d, b])
  })
  it('has no point for a run without accuracy or without images', () => {
    const summary = { accuracy: 0.9, images: 20, verified: 5 } as RunSummary
    expect(paretoPoint({ summary })).toEqual({ x: 0.9, y: 0.25 })
    expect(paretoPoint({ summary: { ...summary, images: 0 } })).toBeNull()
    expect(paretoPoint({ summary: { ...summary, accuracy: null } })).toBeNull()
    expect(paretoPoint({ summary: null })).toBeNull()
  })
})
