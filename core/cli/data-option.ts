// Where a command's images come from: `--data DIR`, the sample set, or what the model was trained on.
import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { App } from '../app.ts'
import { EspalierError } from '../contract/errors.ts'
import { dataSchema, type DataOptions } from '../contract/recipe.ts'
import { flagsOf } from './flags.ts'

const sampleFlags = flagsOf(dataSchema.options[0], { prefix: 'sample', omit: ['source'] })

export function attachDataFlags(command: Command, usual: string): void {
  command.option('--data <dir>', `folder of IDX files, or the word sample (default: ${usual})`)
  sampleFlags.attach(command)
}

/** The data options of the flags; null where none was given. */
export function readDataFlags(command: Command): unknown {
  const { data } = command.opts<{ data?: string }>()
  const sample = sampleFlags.read(command)
  if (data !== undefined && data !== 'sample') {
    if (Object.keys(sample).length > 0)
      throw new EspalierError('cli/usage', '--data DIR does not go with --sample-…', 'Leave out one of them.')
    return { source: 'idx', directory: resolve(data) }
  }
  return data === undefined && Object.keys(sample).length === 0 ? null : { source: 'sample', ...sample }
}

/** The data a model of the history was made with. @throws EspalierError `store/missing` */
export async function dataOfModel(app: App, id: string): Promise<DataOptions> {
  const { model } = await app.api['models.get']({ id })
  const dataset = (await app.api['data.list']({})).find((row) => row.id === model.datasetId)
  if (dataset === undefined)
    throw new EspalierError(
      'input/not-found',
      `Nothing says which data ${id} was made with.`,
      'Give --data DIR or --data sample.',
    )
  return dataSchema.parse(JSON.parse(dataset.source))
}
