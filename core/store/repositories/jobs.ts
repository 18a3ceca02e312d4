// The queue of jobs and their states; state changes are compare-and-set, so two processes never both win.
import { EspalierError, type ErrorData } from '../../contract/errors.ts'
import { recipeSchema } from '../../contract/recipe.ts'
import type { JobRow, JobState } from '../../contract/rows.ts'
import { decode, decodeNullable, encodeNullable } from '../codec.ts'
import { writing, type Database } from '../database.ts'
import type { JobTable } from '../schema.ts'
import { pageOf, type Page } from './page.ts'

/** What may change in a job; its recipe never does. */
export type JobPatch = Partial<Pick<JobRow, 'title' | 'startedAt' | 'finishedAt' | 'pid' | 'error' | 'environment'>>

export class JobRepository {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Adds jobs, all or none. */
  async insert(...rows: readonly JobRow[]): Promise<void> {
    await writing(this.#database, (connection) => connection.insertInto('jobs').values(rows.map(toTable)).execute())
  }

  async get(id: string): Promise<JobRow | null> {
    const row = await this.#database.selectFrom('jobs').selectAll().where('id', '=', id).executeTakeFirst()
    return row === undefined ? null : fromTable(row)
  }

  /** Newest first. */
  async list(page?: Page): Promise<JobRow[]> {
    const { limit, offset } = pageOf(page)
    const query = this.#database.selectFrom('jobs').selectAll().orderBy('createdAt', 'desc').orderBy('id')
    return (await query.limit(limit).offset(offset).execute()).map(fromTable)
  }

  /** What the jobs of these ids are called: their title, or their name without one. */
  async titles(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const query = this.#database
      .selectFrom('jobs')
      .select(['id', 'name', 'title'])
      .where('id', 'in', [...new Set(ids)])
    return new Map((await query.execute()).map(({ id, name, title }) => [id, title === '' ? name : title]))
  }

  /** Jobs in a state, those that were moved up first, then oldest first: the queue is `inState('queued')`. */
  async inState(state: JobState): Promise<JobRow[]> {
    return (await inOrder(this.#database, state).selectAll().execute()).map(fromTable)
  }

  /** Puts the queued jobs among `ids` into this order, ahead of all other queued ones, which keep theirs. */
  async reorder(ids: readonly string[]): Promise<void> {
    await writing(this.#database, async (connection) => {
      const queued = (await inOrder(connection, 'queued').select('id').execute()).map(({ id }) => id)
      const wanted = [...new Set([...ids.filter((id) => queued.includes(id)), ...queued])]
      for (const [place, id] of wanted.entries()) {
        // Below 0, so that whatever is queued later comes after them.
        const queueRank = place - wanted.length
        await connection.updateTable('jobs').set({ queueRank }).where('id', '=', id).execute()
      }
    })
  }

  /** Changes fields of a job, not its state. @throws `job/unknown` */
  async update(id: string, patch: JobPatch): Promise<JobRow> {
    return writing(this.#database, (connection) => apply(connection, id, patchColumns(patch)))
  }

  /**
   * Moves a job to state `to` if it is in one of `from`, changing fields along with it.
   * @throws EspalierError `job/unknown`, or `job/state` if it is in another state
   */
  async transition(id: string, from: readonly JobState[], to: JobState, patch: JobPatch = {}): Promise<JobRow> {
    return writing(this.#database, async (connection) => {
      const job = await connection.selectFrom('jobs').select('state').where('id', '=', id).executeTakeFirst()
      if (job !== undefined && !from.some((state) => state === job.state)) {
        throw new EspalierError(
          'job/state',
          `Job ${id} is ${job.state}; only a job that is ${from.join(' or ')} can become ${to}.`,
          'Look at the job again: it has moved on.',
        )
      }
      // What is queued anew has no place of its own yet.
      const rank = to === 'queued' ? { queueRank: 0 } : {}
      return apply(connection, id, { state: to, ...rank, ...patchColumns(patch) })
    })
  }

  /** Notes that the job is alive, and how far it is (any JSON). */
  async heartbeat(id: string, at: string, progress?: unknown): Promise<void> {
    const progressJson = encodeNullable(progress)
    const columns = { heartbeatAt: at, ...(progressJson === null ? {} : { progressJson }) }
    await writing(this.#database, (connection) =>
      connection.updateTable('jobs').set(columns).where('id', '=', id).execute(),
    )
  }

  /** The last sign of life, null where there was none. @throws `job/unknown` */
  async lifeSign(id: string): Promise<{ heartbeatAt: string | null; progress: unknown }> {
    const query = this.#database.selectFrom('jobs').select(['heartbeatAt', 'progressJson']).where('id', '=', id)
    const row = await query.executeTakeFirst()
    if (row === undefined) throw unknownJob(id)
    return { heartbeatAt: row.heartbeatAt, progress: decodeNullable(row.progressJson) }
  }

  /**
   * For the owner, on start: jobs and runs that a vanished process left `running` become `interrupted`.
   * @returns the jobs concerned
   */
  async interruptOrphans(at: string): Promise<JobRow[]> {
    return writing(this.#database, async (connection) => {
      const orphans = await connection.selectFrom('jobs').selectAll().where('state', '=', 'running').execute()
      const changed = { state: 'interrupted', finishedAt: at }
      await connection
        .updateTable('jobs')
        .set({ ...changed, pid: null, errorJson: encodeNullable(vanished) })
        .where('state', '=', 'running')
        .execute()
      await connection.updateTable('runs').set(changed).where('state', '=', 'running').execute()
      return orphans.map((row) => fromTable({ ...row, ...changed, pid: null, errorJson: encodeNullable(vanished) }))
    })
  }

  /** Removes a job with its runs, metrics and verdicts; models and artifacts stay. */
  async remove(id: string): Promise<void> {
    await writing(this.#database, (connection) => connection.deleteFrom('jobs').where('id', '=', id).execute())
  }
}

type JobColumns = Partial<JobTable>

const vanished: ErrorData = {
  code: 'job/crashed',
  message: 'Espalier ended while this job ran.',
  hint: 'Everything finished is stored: resume the job to go on where it was.',
}

function inOrder(database: Database, state: JobState) {
  return database.selectFrom('jobs').where('state', '=', state).orderBy('queueRank').orderBy('createdAt').orderBy('id')
}

async function apply(connection: Database, id: string, columns: JobColumns): Promise<JobRow> {
  const query = connection
    .updateTable('jobs')
    .set({ id, ...columns })
    .where('id', '=', id)
    .returningAll()
  const row = await query.executeTakeFirst()
  if (row === undefined) throw unknownJob(id)
  return fromTable(row)
}

function patchColumns({ error, environment, ...rest }: JobPatch): JobColumns {
  return {
    ...rest,
    ...(error === undefined ? {} : { errorJson: encodeNullable(error) }),
    ...(environment === undefined ? {} : { environmentJson: JSON.stringify(environment) }),
  }
}

function unknownJob(id: string): EspalierError {
  return new EspalierError(
    'job/unknown',
    `There is no job ${id}.`,
    'espalier runs lists them; so does the app under Runs.',
  )
}

function toTable({ recipe, error, environment, ...row }: JobRow): JobTable {
  return {
    ...row,
    recipeJson: JSON.stringify(recipe),
    errorJson: encodeNullable(error),
    environmentJson: JSON.stringify(environment),
    heartbeatAt: null,
    progressJson: null,
  }
}

function fromTable(row: JobTable): JobRow {
  const { id, name, title, state, createdAt, startedAt, finishedAt, pid } = row
  return {
    ...{ id, name, title, createdAt, startedAt, finishedAt, pid },
    state: state as JobState,
    // Recipes of older versions lack keys that later ones have, or write them otherwise.
    recipe: recipeSchema.parse(decode(row.recipeJson)),
    error: decodeNullable(row.errorJson) as JobRow['error'],
    environment: decode(row.environmentJson) as JobRow['environment'],
  }
}
