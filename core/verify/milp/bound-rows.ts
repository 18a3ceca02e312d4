// Lower bounds of output rows over the linear relaxation, rebuilt from duals: rows that are positive need no MILP.
import { Encoding } from './encode.ts'
import { roundingOf } from './expression.ts'
import type { Encodable } from './objective.ts'
import type { SolverPool } from './solver-pool.ts'

/** Lower bounds of the chosen rows, dealt out to the workers of the pool; −Infinity where none was found in time. */
export async function boundRows(
  { network, box, bounds, property }: Encodable,
  chosen: readonly number[],
  pool: SolverPool,
  seconds: number,
  signal: AbortSignal,
): Promise<Float64Array> {
  const found = new Float64Array(chosen.length).fill(-Infinity)
  const lanes = Array.from({ length: pool.size }, (_, lane) =>
    chosen.flatMap((_row, i) => (i % pool.size === lane ? [i] : [])),
  )
  await Promise.all(
    lanes.map(async (places) => {
      if (places.length === 0) return
      const encoding = new Encoding(network, box, bounds, 'triangle')
      const wanted = places.map((place) => encoding.row(property.rows, chosen[place]))
      const targets = wanted.map((objective) => ({ objective, wantLower: true, wantUpper: false }))
      const model = encoding.builder.build({ indices: [], values: [], constant: 0 })
      const settings = { seconds, secondsEach: seconds, integer: false }
      await pool.sweep(model, targets, settings, signal, ({ target, lower }) => {
        if (lower !== null) found[places[target]] = lower - roundingOf(wanted[target])
      })
    }),
  )
  return found
}
