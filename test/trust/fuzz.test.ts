// A quick share of the parser fuzz (`npm run fuzz` does 10,000 files): coded errors only, no crash, no hang, no memory beyond the cap.
import { describe, expect, it } from 'vitest'
import { fuzz } from './fuzz/campaign.ts'
import { targets } from './fuzz/targets.ts'
import { SCALE, SEED } from './runs.ts'

describe(`damaged files (seed ${SEED})`, () => {
  it.each(Object.keys(targets))(
    '%s: answered with coded errors, in time and within the memory cap',
    async (target) => {
      const { failures, outcomes } = await fuzz(target, Math.round(50 * SCALE), SEED)
      expect(failures).toEqual([])
      expect(Object.keys(outcomes).length).toBeGreaterThan(1)
    },
    120_000 * Math.max(1, SCALE),
  )
})
