// Networks and where they came from: each model names its parent, the operation, the run and the data.
import { sql, type RawBuilder, type SqlBool } from 'kysely'
import type { ModelRow } from '../../contract/rows.ts'
import { recordedAs } from '../../contract/titles.ts'
import { decode } from '../codec.ts'
import { writing, type Database } from '../database.ts'
import type { ModelTable } from '../schema.ts'
import { pageOf, type Page } from './page.ts'
import { patternOf, wordsOf } from './words.ts'

/** Only models with every word of `text` in name, architecture or operation, as recorded or as people read them, or in what their run and job are called. */
export interface ModelFilter {
  readonly text?: string | undefined
  /** Only what runs came to and what was imported: no step between. */
  readonly finished?: boolean | undefined
}
/** Models that take images of this shape, flat or as they are, come before others. */
export interface ModelOrder {
  readonly imageShape?: readonly number[] | undefined
}

export class ModelRepository {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Adds models, all or none; artifact, parent, run and dataset of each must be there (`store/missing` otherwise). */
  async insert(...rows: readonly ModelRow[]): Promise<void> {
    await writing(this.#database, (connection) => connection.insertInto('models').values(rows.map(toTable)).execute())
  }

  async get(id: string): Promise<ModelRow | null> {
    const row = await this.#database.selectFrom('models').selectAll().where('id', '=', id).executeTakeFirst()
    return row === undefined ? null : fromTable(row)
  }

  /** The model that was read from the file of this hash. */
  async ofSource(source: string): Promise<ModelRow | null> {
    const query = this.#database.selectFrom('models').selectAll().where('source', '=', source).orderBy('createdAt')
    const row = await query.executeTakeFirst()
    return row === undefined ? null : fromTable(row)
  }

  /** Newest first. */
  async list(page?: Page, { imageShape, ...filter }: ModelFilter & ModelOrder = {}): Promise<ModelRow[]> {
    const { limit, offset } = pageOf(page)
    let query = this.#database.selectFrom('models').selectAll()
    for (const condition of conditions(filter)) query = query.where(condition)
    if (imageShape !== undefined) query = query.orderBy(takes(imageShape), 'desc')
    query = query.orderBy('createdAt', 'desc').orderBy('id')
    return (await query.limit(limit).offset(offset).execute()).map(fromTable)
  }

  async count(filter: ModelFilter = {}): Promise<number> {
    let query = this.#database.selectFrom('models').select(({ fn }) => fn.countAll<number>().as('count'))
    for (const condition of conditions(filter)) query = query.where(condition)
    return (await query.executeTakeFirstOrThrow()).count
  }

  /** The models of a run, oldest first. */
  async ofRun(runId: string): Promise<ModelRow[]> {
    const query = this.#database.selectFrom('models').selectAll().where('runId', '=', runId)
    return (
      await query
        .orderBy('createdAt')
        .orderBy(sql`rowid`)
        .execute()
    ).map(fromTable)
  }

  /** The model and its ancestors, the model first; empty if there is no such model. */
  async lineage(id: string): Promise<ModelRow[]> {
    const rows = await this.#database
      .withRecursive('ancestry', (query) =>
        query
          .selectFrom('models')
          .select(['models.id', 'models.parentId', sql<number>`0`.as('depth')])
          .where('models.id', '=', id)
          .union((union) =>
            union
              .selectFrom('models')
              .innerJoin('ancestry', 'ancestry.parentId', 'models.id')
              .select(['models.id', 'models.parentId', sql<number>`ancestry.depth + 1`.as('depth')]),
          ),
      )
      .selectFrom('ancestry')
      .innerJoin('models', 'models.id', 'ancestry.id')
      .selectAll('models')
      .orderBy('ancestry.depth')
      .execute()
    return rows.map(fromTable)
  }

  /** The models made directly from this one, oldest first. */
  async children(id: string): Promise<ModelRow[]> {
    const query = this.#database.selectFrom('models').selectAll().where('parentId', '=', id)
    return (await query.orderBy('createdAt').orderBy('id').execute()).map(fromTable)
  }
}

function conditions({ text = '', finished = false }: ModelFilter): RawBuilder<SqlBool>[] {
  const words = wordsOf(text).map(isCalled)
  return finished ? [...words, isFinished] : words
}

const isFinished = sql<SqlBool>`(models.run_id is null
  or exists (select 1 from runs where runs.id = models.run_id and runs.model_id = models.id))`

function isCalled(word: string): RawBuilder<SqlBool> {
  const like = patternOf(word)
  const { architectures, operations } = recordedAs(word)
  return sql<SqlBool>`(models.name || char(10) || models.architecture || char(10) || models.operation like ${like} escape '\\'
    or models.architecture in (${sql.join(architectures)}) or models.operation in (${sql.join(operations)})
    or exists (select 1 from runs join jobs on jobs.id = runs.job_id where runs.id = models.run_id
      and runs.variant || char(10) || runs.title || char(10) || jobs.name || char(10) || jobs.title like ${like} escape '\\'))`
}

/** Whether a model reads such images, flat or as they are; how many classes it has, only the network knows. */
function takes(imageShape: readonly number[]): RawBuilder<SqlBool> {
  const size = imageShape.reduce((product, extent) => product * extent, 1)
  return sql<SqlBool>`models.input_shape_json in (${JSON.stringify(imageShape)}, ${JSON.stringify([size])})`
}

function toTable({ inputShape, ...row }: ModelRow): ModelTable {
  return { ...row, inputShapeJson: JSON.stringify(inputShape) }
}

function fromTable({ inputShapeJson, source = null, ...row }: ModelTable): ModelRow {
  return { ...row, source, inputShape: decode(inputShapeJson) as number[] }
}
