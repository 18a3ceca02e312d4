// Children that nothing but float32's rounding keeps open are bounded once more in float64.
import type { DomainBatch } from '../../bounds/domain-batch.ts'
import type { AscendedDomains } from '../../bounds/domain-bounder.ts'
import type { DomainConfirmer } from '../../bounds/domain-confirmer.ts'

/** The better bounds of such rows of `batch`, by row; none without a confirmer. */
export async function confirmNearlyProved(
  confirmer: DomainConfirmer | null,
  batch: DomainBatch,
  result: AscendedDomains,
): Promise<ReadonlyMap<number, number>> {
  const { bound, slack } = result
  const rows: number[] = []
  for (let row = 0; row < batch.count; row++) if (bound[row] <= 0 && bound[row] + slack[row] > 0) rows.push(row)
  if (!confirmer || rows.length === 0) return new Map()
  const confirmed = await confirmer.bound(rows, batch, result)
  return new Map(rows.map((row, k) => [row, Math.max(confirmed[k], bound[row])]))
}
