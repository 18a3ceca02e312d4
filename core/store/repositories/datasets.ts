// Datasets that were opened: where they came from and what exactly they held.
import type { DatasetRow } from '../../contract/rows.ts'
import { decode } from '../codec.ts'
import { writing, type Database } from '../database.ts'
import type { DatasetTable } from '../schema.ts'

export class DatasetRepository {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Records a dataset; if one of the same content and source is known, that row is returned instead. */
  async record(row: DatasetRow): Promise<DatasetRow> {
    return writing(this.#database, async (connection) => {
      const known = await connection
        .selectFrom('datasets')
        .selectAll()
        .where('hash', '=', row.hash)
        .where('source', '=', row.source)
        .executeTakeFirst()
      if (known !== undefined) return fromTable(known)
      await connection.insertInto('datasets').values(toTable(row)).execute()
      return row
    })
  }

  async get(id: string): Promise<DatasetRow | null> {
    const row = await this.#database.selectFrom('datasets').selectAll().where('id', '=', id).executeTakeFirst()
    return row === undefined ? null : fromTable(row)
  }

  /** All datasets, newest first. */
  async list(): Promise<DatasetRow[]> {
    const rows = await this.#database
      .selectFrom('datasets')
      .selectAll()
      .orderBy('createdAt', 'desc')
      .orderBy('id')
      .execute()
    return rows.map(fromTable)
  }
}

function toTable({ shape, classes, ...row }: DatasetRow): DatasetTable {
  return { ...row, shapeJson: JSON.stringify(shape), classesJson: JSON.stringify(classes) }
}

function fromTable({ shapeJson, classesJson, ...row }: DatasetTable): DatasetRow {
  return { ...row, shape: decode(shapeJson) as number[], classes: decode(classesJson) as string[] }
}
