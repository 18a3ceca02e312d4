// Checkpoints: for every run and stage, the newest artifact to go on from.
import { writing, type Database } from '../database.ts'
import type { CheckpointTable } from '../schema.ts'

/** `stage` names what was interrupted (train, fine-tune, verify:17 …); `step` grows; `artifact` is a hash. */
export type CheckpointRow = Readonly<CheckpointTable>

export class CheckpointRepository {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /**
   * Makes this the checkpoint of its run and stage; put the artifact first.
   * @returns the artifact it replaces, which may be released; null if there was none
   */
  async record(row: CheckpointRow): Promise<string | null> {
    return writing(this.#database, async (connection) => {
      const before = await find(connection, row.runId, row.stage)
      await connection
        .insertInto('checkpoints')
        .values(row)
        .onConflict((conflict) => conflict.columns(['runId', 'stage']).doUpdateSet(row))
        .execute()
      return before === undefined || before.artifact === row.artifact ? null : before.artifact
    })
  }

  async get(runId: string, stage: string): Promise<CheckpointRow | null> {
    return (await find(this.#database, runId, stage)) ?? null
  }

  /** Forgets the checkpoints of a run, of one stage if named. @returns their artifacts, which may be released */
  async remove(runId: string, stage?: string): Promise<string[]> {
    const rows = await writing(this.#database, (connection) => {
      const query = connection.deleteFrom('checkpoints').where('runId', '=', runId).returning('artifact')
      return (stage === undefined ? query : query.where('stage', '=', stage)).execute()
    })
    return rows.map((row) => row.artifact)
  }
}

function find(database: Database, runId: string, stage: string): Promise<CheckpointTable | undefined> {
  const query = database.selectFrom('checkpoints').selectAll().where('runId', '=', runId)
  return query.where('stage', '=', stage).executeTakeFirst()
}
