// Points of curves: written in bulk, never dropped; a point written twice (after a resume) counts once.
import type { MetricPoint } from '../../contract/rows.ts'
import { writing, type Database } from '../database.ts'
import type { MetricTable } from '../schema.ts'

/** Rows per statement; SQLite allows 32,766 values in one. */
const chunk = 2_000

export class MetricRepository {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Records points, all or none; a later value of the same run, series and step replaces the earlier. NaN is kept. */
  async append(points: readonly MetricPoint[]): Promise<void> {
    await writing(this.#database, async (connection) => {
      for (let start = 0; start < points.length; start += chunk) {
        await connection
          .insertInto('metrics')
          .values(points.slice(start, start + chunk).map(toTable))
          .onConflict((conflict) =>
            conflict.columns(['runId', 'series', 'step']).doUpdateSet((row) => ({ value: row.ref('excluded.value') })),
          )
          .execute()
      }
    })
  }

  /** Takes away the points of a run behind `step` whose series begins with `prefix`. */
  async removeAfter(runId: string, prefix: string, step: number): Promise<void> {
    await writing(this.#database, (connection) =>
      connection
        .deleteFrom('metrics')
        .where('runId', '=', runId)
        .where('series', '>=', prefix)
        .where('series', '<', `${prefix}\u{10ffff}`)
        .where('step', '>', step)
        .execute(),
    )
  }

  /** The points of a run by series and step; of one series if named. */
  async ofRun(runId: string, series?: string): Promise<MetricPoint[]> {
    let query = this.#database.selectFrom('metrics').selectAll().where('runId', '=', runId)
    if (series !== undefined) query = query.where('series', '=', series)
    return (await query.orderBy('series').orderBy('step').execute()).map(fromTable)
  }

  /** The points of a run whose series begins with `prefix`, by series and step. */
  async under(runId: string, prefix: string): Promise<MetricPoint[]> {
    const query = this.#database
      .selectFrom('metrics')
      .selectAll()
      .where('runId', '=', runId)
      .where('series', '>=', prefix)
      .where('series', '<', `${prefix}\u{10ffff}`)
    return (await query.orderBy('series').orderBy('step').execute()).map(fromTable)
  }

  /** The curves of a run: all points but those of neurons and scales, of which there can be very many. */
  async curves(runId: string): Promise<MetricPoint[]> {
    const query = this.#database
      .selectFrom('metrics')
      .selectAll()
      .where('runId', '=', runId)
      .where('series', 'not like', 'neurons.%')
      .where('series', 'not like', 'scales.%')
    return (await query.orderBy('series').orderBy('step').execute()).map(fromTable)
  }
}

function toTable(point: MetricPoint): MetricTable {
  return { ...point, value: Number.isNaN(point.value) ? null : point.value }
}

function fromTable(row: MetricTable): MetricPoint {
  return { ...row, value: row.value ?? NaN }
}
