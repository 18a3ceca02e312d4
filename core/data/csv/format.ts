// CSV as a dataset: a label and the pixels of one image in each row; train.csv and test.csv, or one file.
import { basename, join, resolve } from 'node:path'
import { EspalierError } from '../../contract/errors.ts'
import { assemble, type LabelledImages } from '../assemble.ts'
import type { DatasetPair, ImageShape } from '../dataset.ts'
import { peek } from '../files.ts'
import { listPlace, splitOfWord, usedSplits, wordsOf, type NamedSplit } from '../folder.ts'
import type { LabelColumn } from '../labels.ts'
import { defaultLimits } from '../limits.ts'
import { fullPixel, shapeOfRow, toPixels } from '../pixels.ts'
import type { DatasetFormat, OptionsOf } from '../source.ts'
import { readTable, type Table } from './table.ts'

type Part = 'train' | 'test' | 'undivided'

export const csvFormat: DatasetFormat<'csv'> = {
  title: 'train.csv and test.csv, or one CSV file, with a label and the pixels in each row',
  async detect(path) {
    const { directory, files } = await findFiles(path)
    const first = [...files.values()].at(0)
    if (first === undefined) return null
    const start = Buffer.from(await peek(join(directory, first), 4_096)).toString('latin1')
    return /^[^\0]*\d[^\0]*$/.test(start) && /[,;\t]/.test(start) ? { source: 'csv', directory: resolve(path) } : null
  },
  open,
}

/** One file a split; several of one kind, such as two without a split in their names, are none. */
async function findFiles(path: string): Promise<{ directory: string; files: ReadonlyMap<NamedSplit, string> }> {
  const { directory, alone, files: names } = await listPlace(path)
  const files = new Map<NamedSplit, string>()
  const twice = new Set<NamedSplit>()
  for (const name of names.filter((file) => /\.csv(\.gz)?$/i.test(file))) {
    const words = alone ? [] : wordsOf(name).map(splitOfWord)
    const split = words.find((word) => word !== null) ?? 'undivided'
    if (files.has(split)) twice.add(split)
    files.set(split, name)
  }
  for (const split of twice) files.delete(split)
  return { directory, files }
}

async function open({ directory, label, shape, maximum, holdOut, classes }: OptionsOf<'csv'>): Promise<DatasetPair> {
  const found = await findFiles(directory)
  const tables: [Part, Table][] = []
  for (const [named, part] of usedSplits((split) => found.files.has(split)))
    tables.push([part, await readTable(join(found.directory, found.files.get(named) ?? ''), label, defaultLimits)])
  if (tables.length === 0) throw noTables(directory)
  const all = tables.map(([, table]) => table)
  const [first] = all
  const images = shapeOf(first, shape)
  for (const table of all) requireWidth(table, first)
  const upper = maximum ?? fullPixel(all.map(({ values }) => values))
  const columns = labelColumns(all)
  const splits = tables.map(([part, { path, values, width }], i): [Part, LabelledImages] => [
    part,
    { source: path, shape: images, pixels: toPixels(path, values, width, upper), labels: columns[i] },
  ])
  const name = basename(resolve(directory)).replace(/\.csv(\.gz)?$/i, '')
  return assemble({ name, holdOut, classes }, Object.fromEntries(splits))
}

function shapeOf({ path, width }: Table, given: readonly number[]): ImageShape {
  if (given.length === 0) return shapeOfRow(path, width)
  const [channels, rows, columns] = given
  if (channels * rows * columns === width) return [channels, rows, columns]
  throw new EspalierError(
    'data/shape',
    `${path} has ${width} values an image, and shape ${given.join(' × ')} has ${channels * rows * columns}.`,
    'Give channels, height and width whose product is the number of columns without the label.',
  )
}

function requireWidth(table: Table, first: Table): void {
  if (table.width === first.width) return
  throw new EspalierError(
    'data/csv',
    `${table.path} has ${table.width + 1} columns, and ${first.path} has ${first.width + 1}.`,
    'Both files need the same columns, the label among them.',
  )
}

/** Numbers where every label of every file is a whole one, else names. */
function labelColumns(tables: readonly Table[]): readonly LabelColumn[] {
  const numbered = tables.every(({ labels }) => labels.every((label) => label !== '' && Number.isInteger(Number(label)) && Math.abs(Number(label)) < 2 ** 31)) // prettier-ignore
  return tables.map(({ labels }) => (numbered ? Int32Array.from(labels, Number) : labels))
}

function noTables(path: string): EspalierError {
  return new EspalierError(
    'data/unknown-format',
    `${path} holds no CSV files that can be told apart.`,
    'Give one file, or a folder with train.csv and test.csv.',
  )
}
