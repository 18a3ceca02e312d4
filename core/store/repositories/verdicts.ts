// Verdicts: one row per run, verifier, image and target, written as each finishes and never overwritten silently.
import type { Verdict } from '../../contract/verdict.ts'
import type { VerdictRow } from '../../contract/rows.ts'
import { decode, decodeNullable, encodeNullable, finiteEntries, finiteOrNull } from '../codec.ts'
import { writing, type Database } from '../database.ts'
import type { VerdictTable } from '../schema.ts'
import { pageOf, type Page } from './page.ts'

/** What makes a verdict unique. */
export type VerdictKey = Pick<VerdictRow, 'runId' | 'verifier' | 'imageIndex' | 'target'>

/** Rows per statement; SQLite allows 32,766 values in one. */
const chunk = 1_000

const untargeted = -1

export class VerdictRepository {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /**
   * Records verdicts, all or none; those whose key is there already are left as they are.
   * @returns how many were new
   */
  async record(...rows: readonly VerdictRow[]): Promise<number> {
    return writing(this.#database, async (connection) => {
      let added = 0n
      for (let start = 0; start < rows.length; start += chunk) {
        const values = rows.slice(start, start + chunk).map(toTable)
        const query = connection.insertInto('verdicts').values(values)
        const results = await query.onConflict((conflict) => conflict.doNothing()).execute()
        for (const result of results) added += result.numInsertedOrUpdatedRows ?? 0n
      }
      return Number(added)
    })
  }

  /** Takes a verdict back, so that the image is asked again (after an error, or with more time). */
  async remove(key: VerdictKey): Promise<void> {
    await writing(this.#database, (connection) =>
      connection
        .deleteFrom('verdicts')
        .where('runId', '=', key.runId)
        .where('verifier', '=', key.verifier)
        .where('imageIndex', '=', key.imageIndex)
        .where('target', '=', key.target ?? untargeted)
        .execute(),
    )
  }

  async get(key: VerdictKey): Promise<VerdictRow | null> {
    const row = await this.#database
      .selectFrom('verdicts')
      .selectAll()
      .where('runId', '=', key.runId)
      .where('verifier', '=', key.verifier)
      .where('imageIndex', '=', key.imageIndex)
      .where('target', '=', key.target ?? untargeted)
      .executeTakeFirst()
    return row === undefined ? null : fromTable(row)
  }

  /** The verdicts of a run by verifier, image and target. */
  async ofRun(runId: string, page?: Page): Promise<VerdictRow[]> {
    const { limit, offset } = pageOf(page)
    const query = this.#database.selectFrom('verdicts').selectAll().where('runId', '=', runId)
    const ordered = query.orderBy('verifier').orderBy('imageIndex').orderBy('target')
    return (await ordered.limit(limit).offset(offset).execute()).map(fromTable)
  }

  /** Takes back the verdicts of these kinds, so that their images are asked again. @returns how many there were */
  async removeKinds(runId: string, kinds: readonly Verdict[]): Promise<number> {
    const result = await writing(this.#database, (connection) =>
      connection
        .deleteFrom('verdicts')
        .where('runId', '=', runId)
        .where('verdict', 'in', kinds)
        .executeTakeFirstOrThrow(),
    )
    return Number(result.numDeletedRows)
  }

  /** What is recorded of a run already: a resume skips these. */
  async keysOf(runId: string): Promise<VerdictKey[]> {
    const query = this.#database.selectFrom('verdicts').select(['verifier', 'imageIndex', 'target'])
    const rows = await query.where('runId', '=', runId).execute()
    return rows.map((row) => ({ runId, ...row, target: row.target === untargeted ? null : row.target }))
  }

  /** How many certificates a run keeps, and the bytes that they take together. */
  async certificates(runId: string): Promise<{ count: number; bytes: number }> {
    const kept = this.#database
      .selectFrom('artifacts')
      .select(['hash', 'size'])
      .where('hash', 'in', (one) =>
        one
          .selectFrom('verdicts')
          .select('certificate')
          .where('runId', '=', runId)
          .where('certificate', 'is not', null),
      )
    const rows = await kept.execute()
    return { count: rows.length, bytes: rows.reduce((sum, { size }) => sum + size, 0) }
  }

  /** How many verdicts of each kind a run has, for one verifier or all. */
  async counts(runId: string, verifier?: string): Promise<Partial<Record<Verdict, number>>> {
    let query = this.#database
      .selectFrom('verdicts')
      .select(({ fn }) => ['verdict', fn.countAll<number>().as('count')])
      .where('runId', '=', runId)
    if (verifier !== undefined) query = query.where('verifier', '=', verifier)
    const rows = await query.groupBy('verdict').execute()
    return Object.fromEntries(rows.map((row) => [row.verdict, row.count]))
  }
}

function toTable({ detail, error, group, ...row }: VerdictRow): VerdictTable {
  return {
    ...row,
    target: row.target ?? untargeted,
    lowerBound: finiteOrNull(row.lowerBound),
    imageGroup: group,
    detailJson: JSON.stringify(finiteEntries(detail)),
    errorJson: encodeNullable(error),
  }
}

function fromTable({ imageGroup, detailJson, errorJson, ...row }: VerdictTable): VerdictRow {
  return {
    ...row,
    target: row.target === untargeted ? null : row.target,
    verdict: row.verdict as Verdict,
    evidence: row.evidence as VerdictRow['evidence'],
    group: imageGroup,
    detail: decode(detailJson) as VerdictRow['detail'],
    error: decodeNullable(errorJson) as VerdictRow['error'],
  }
}
