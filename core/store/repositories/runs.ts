// Runs: one per variant of a job's recipe.
import { sql, type RawBuilder, type SqlBool } from 'kysely'
import { EspalierError } from '../../contract/errors.ts'
import { runSummarySchema, type RunRow } from '../../contract/rows.ts'
import { decodeNullable, encodeNullable } from '../codec.ts'
import { writing, type Database } from '../database.ts'
import type { RunTable } from '../schema.ts'
import { pageOf, type Page } from './page.ts'
import { patternOf, wordsOf } from './words.ts'

/** What may change in a run; of what it was asked only the limit, which may grow. */
export type RunPatch = Partial<
  Pick<
    RunRow,
    'state' | 'stage' | 'datasetId' | 'modelId' | 'timeoutSeconds' | 'summary' | 'error' | 'startedAt' | 'finishedAt'
  >
>

/** Only runs in this state, and with every word of `text` in the name or title of the run or of its job. */
export interface RunFilter {
  readonly state?: RunRow['state'] | undefined
  readonly text?: string | undefined
}

export class RunRepository {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Adds runs, all or none. */
  async insert(...rows: readonly RunRow[]): Promise<void> {
    if (rows.length === 0) return
    await writing(this.#database, (connection) => connection.insertInto('runs').values(rows.map(toTable)).execute())
  }

  async get(id: string): Promise<RunRow | null> {
    const row = await this.#database.selectFrom('runs').selectAll().where('id', '=', id).executeTakeFirst()
    return row === undefined ? null : fromTable(row)
  }

  async ofIds(ids: readonly string[]): Promise<RunRow[]> {
    const query = this.#database
      .selectFrom('runs')
      .selectAll()
      .where('id', 'in', [...new Set(ids)])
    return (await query.execute()).map(fromTable)
  }

  /** The runs of a job in the order of its recipe. */
  async ofJob(jobId: string): Promise<RunRow[]> {
    const query = this.#database.selectFrom('runs').selectAll().where('jobId', '=', jobId).orderBy('position')
    return (await query.execute()).map(fromTable)
  }

  /** Newest first, over all jobs; those of one job in the order of its recipe. */
  async list(page?: Page, { state, text = '' }: RunFilter = {}): Promise<RunRow[]> {
    const { limit, offset } = pageOf(page)
    let query = this.#database
      .selectFrom('runs')
      .selectAll()
      .orderBy('createdAt', 'desc')
      .orderBy('jobId')
      .orderBy('position')
    if (state !== undefined) query = query.where('state', '=', state)
    for (const word of wordsOf(text)) query = query.where(isCalled(word))
    return (await query.limit(limit).offset(offset).execute()).map(fromTable)
  }

  /** How many runs there are in each state; states without runs are left out. */
  async counts({ text = '' }: Pick<RunFilter, 'text'> = {}): Promise<Partial<Record<RunRow['state'], number>>> {
    let query = this.#database.selectFrom('runs').select(({ fn }) => ['state', fn.countAll<number>().as('count')])
    for (const word of wordsOf(text)) query = query.where(isCalled(word))
    return Object.fromEntries((await query.groupBy('state').execute()).map(({ state, count }) => [state, count]))
  }

  /** The model of the newest run of a variant in jobs of that name, begun before `before`; null where there is none. */
  async latestModel(job: string, variant: string, before: string): Promise<string | null> {
    const row = await this.#database
      .selectFrom('runs')
      .innerJoin('jobs', 'jobs.id', 'runs.jobId')
      .select('runs.modelId')
      .where('jobs.name', '=', job)
      .where('runs.variant', '=', variant)
      .where('runs.modelId', 'is not', null)
      .where('runs.createdAt', '<', before)
      .orderBy('runs.createdAt', 'desc')
      .executeTakeFirst()
    return row?.modelId ?? null
  }

  /** Changes fields of a run. @throws `store/missing` */
  async update(id: string, { summary, error, ...rest }: RunPatch): Promise<RunRow> {
    const columns = {
      ...rest,
      ...(summary === undefined ? {} : { summaryJson: encodeNullable(summary) }),
      ...(error === undefined ? {} : { errorJson: encodeNullable(error) }),
    }
    const row = await writing(this.#database, (connection) =>
      connection
        .updateTable('runs')
        .set({ id, ...columns })
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst(),
    )
    if (row !== undefined) return fromTable(row)
    throw new EspalierError(
      'store/missing',
      `There is no run ${id}.`,
      'espalier runs lists them; so does the app under Runs.',
    )
  }
}

/** Whether the run or its job has the word in its name or title. */
function isCalled(word: string): RawBuilder<SqlBool> {
  return sql<SqlBool>`(runs.variant || char(10) || runs.title || char(10) ||
    (select jobs.name || char(10) || jobs.title from jobs where jobs.id = runs.job_id)) like ${patternOf(word)} escape '\\'`
}

function toTable({ summary, error, ...row }: RunRow): RunTable {
  return { ...row, summaryJson: encodeNullable(summary), errorJson: encodeNullable(error) }
}

function fromTable({ summaryJson, errorJson, state, ...row }: RunTable): RunRow {
  return {
    ...row,
    state: state as RunRow['state'],
    // Summaries of older versions lack figures that later ones have.
    summary: runSummarySchema.nullable().parse(decodeNullable(summaryJson)),
    error: decodeNullable(errorJson) as RunRow['error'],
  }
}
