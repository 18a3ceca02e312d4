// Where a command's images come from: `--data PATH`, the sample set, or what the model was trained on.
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Option, type Command } from 'commander'
import { z } from 'zod'
import type { App } from '../app.ts'
import { EspalierError } from '../contract/errors.ts'
import { dataSchema, filesSchema, sampleSchema, type DataOptions } from '../contract/recipe.ts'
import { inputError } from '../data/files.ts'
import { formatPath, recipeError } from '../jobs/recipe/issues.ts'
import { flagsOf } from './flags.ts'

const sampleFlags = flagsOf(sampleSchema, { prefix: 'sample', omit: ['source'] })
const fileFlags = flagsOf(filesSchema, { prefix: 'data', omit: ['source', 'directory'] })
const formats = filesSchema.options.map((option) => option.shape.source.value)

/** `--data-format` and the options of the formats, such as `--data-layout`. */
export function attachFormatFlags(command: Command): void {
  const format = new Option('--data-format <word>', 'what the folder or file is (default: found by looking inside)')
  command.addOption(format.choices(formats))
  fileFlags.attach(command)
}

export function attachDataFlags(command: Command, usual: string): void {
  command.option('--data <path>', `folder or file with images, or the word sample (default: ${usual})`)
  attachFormatFlags(command)
  sampleFlags.attach(command)
}

/** The flag that fills a key of the data options, as `--data-layout`; null where none does. */
export function dataFlagOf(path: readonly PropertyKey[]): string | null {
  if (path[0] === 'directory') return '--data'
  return path[0] === 'source' ? '--data-format' : (fileFlags.nameOf(path) ?? sampleFlags.nameOf(path))
}

/**
 * Looks whether the images are there, before a job is begun that would only fail; nothing of them is read but what tells the format.
 * @throws EspalierError `input/*`, `data/unknown-format`
 */
export async function requireData(data: DataOptions): Promise<void> {
  if (data.source === 'sample') return
  const { directory } = data
  await stat(directory).catch((cause: unknown) => {
    throw inputError(directory, cause)
  })
  if (data.source !== 'auto') return
  const { detectSource } = await import('../data/open.ts')
  await detectSource(directory)
}

/** The data options of the flags; null where none was given. */
export function readDataFlags(command: Command): unknown {
  const { data } = command.opts<{ data?: string }>()
  const sample = sampleFlags.read(command)
  if (data !== undefined && data !== 'sample') {
    if (Object.keys(sample).length > 0)
      throw new EspalierError('cli/usage', '--data PATH does not go with --sample-…', 'Leave out one of them.')
    return readFormatFlags(command, data)
  }
  if (Object.keys(readFormatFlags(command, '')).length > 2)
    throw new EspalierError('cli/usage', '--data-… says how to read what --data names.', 'Give --data PATH as well.')
  return data === undefined && Object.keys(sample).length === 0 ? null : { source: 'sample', ...sample }
}

/** The data options of a path and the flags about its format. @throws EspalierError `cli/usage` */
export function readFormatFlags(command: Command, path: string): object {
  const { dataFormat } = command.opts<{ dataFormat?: string }>()
  const options = fileFlags.read(command)
  const first = Object.keys(options).at(0)
  if (first !== undefined && (dataFormat ?? 'auto') === 'auto')
    throw new EspalierError(
      'cli/usage',
      `--data-${first.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} needs --data-format.`,
      `Say which format the data has: ${formats.filter((format) => format !== 'auto').join(', ')}.`,
    )
  return { source: dataFormat ?? 'auto', directory: resolve(path), ...options }
}

/** The options that flags about a path come to, defaults filled in. @throws EspalierError `cli/usage`, `recipe/*` */
export function readData(command: Command, path: string): DataOptions {
  const value = { data: readFormatFlags(command, path) }
  const parsed = z.object({ data: dataSchema }).safeParse(value)
  if (!parsed.success)
    throw recipeError(parsed.error.issues, value, (place) => dataFlagOf(place.slice(1)) ?? formatPath(place))
  return parsed.data.data
}

/** The data a model of the history was made with. @throws EspalierError `store/missing` */
export async function dataOfModel(app: App, id: string): Promise<DataOptions> {
  const { model } = await app.api['models.get']({ id })
  const dataset = (await app.api['data.list']({})).find((row) => row.id === model.datasetId)
  if (dataset === undefined)
    throw new EspalierError(
      'input/not-found',
      `Nothing says which data ${id} was made with.`,
      'Give --data PATH or --data sample.',
    )
  return dataSchema.parse(JSON.parse(dataset.source))
}
