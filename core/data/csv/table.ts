// A CSV file as labels and values, read row by row with csv-parse; every cell but the label is a number.
import { Readable } from 'node:stream'
import { CsvError, parse } from 'csv-parse'
import { EspalierError } from '../../contract/errors.ts'
import { openDataFile } from '../files.ts'
import type { DataLimits } from '../limits.ts'
import { findColumns, isNumber, type Columns } from './columns.ts'
import { Growing } from './growing.ts'

/** `values` flat, `[rows, columns without the label]`. */
export interface Table {
  readonly path: string
  readonly labels: readonly string[]
  readonly width: number
  readonly values: Float32Array
}

/** Characters of one row, at most: a colour image of 1,000 pixels square. */
const longestRow = 2 ** 25

/** @throws EspalierError `input/*`, `data/gzip`, `data/csv`, `data/empty`, `data/too-large` */
export async function readTable(path: string, label: string, limits: DataLimits): Promise<Table> {
  const file = await openDataFile(path)
  const settings = { bom: true, delimiter: [',', ';', '\t'], trim: true, skip_empty_lines: true }
  const parser = parse({ ...settings, max_record_size: longestRow })
  const source = Readable.from(file.chunks())
  source.on('error', (cause) => parser.destroy(cause))
  const labels: string[] = []
  const values = new Growing(path, limits)
  let columns: Columns | null = null
  let row = 0
  try {
    for await (const record of source.pipe(parser)) {
      const cells = record as string[]
      row++
      const isFirst = columns === null
      columns ??= findColumns(path, cells, label)
      if (isFirst && columns.header) continue
      labels.push(cells[columns.label])
      appendNumbers(path, row, cells, columns, values)
    }
  } catch (cause) {
    throw csvError(path, cause)
  } finally {
    source.destroy()
  }
  if (labels.length === 0 || columns === null)
    throw new EspalierError('data/empty', `${path} holds no images.`, 'Give a file with at least one row of numbers.')
  return { path, labels, width: columns.count - 1, values: values.taken() }
}

function appendNumbers(path: string, row: number, cells: readonly string[], columns: Columns, values: Growing): void {
  values.reserve(cells.length)
  for (let column = 0; column < cells.length; column++) {
    if (column === columns.label) continue
    const cell = cells[column]
    const value = Number(cell)
    if (cell === '' || Number.isNaN(value)) throw notNumber(path, row, column, cell)
    values.push(value)
  }
}

function notNumber(path: string, row: number, column: number, cell: string): EspalierError {
  const found = isNumber(cell) ? cell : JSON.stringify(cell.slice(0, 40))
  return new EspalierError(
    'data/csv',
    `${path}, row ${row}, column ${column + 1}: ${found} is no number.`,
    'Every column but the label holds pixel values; name the label column by label if it is another one.',
  )
}

function csvError(path: string, cause: unknown): unknown {
  if (!(cause instanceof CsvError)) return cause
  const hint = 'Every row has as many cells as the first, divided by commas, semicolons or tabs.'
  return new EspalierError('data/csv', `${path}: ${cause.message}.`, hint, { cause })
}
