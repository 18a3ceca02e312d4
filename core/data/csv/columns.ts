// What the columns of a CSV file are: whether its first row names them, and which one is the label.
import { EspalierError } from '../../contract/errors.ts'

export interface Columns {
  /** The first row names the columns. */
  readonly header: boolean
  /** Place of the label, from 0. */
  readonly label: number
  readonly count: number
}

const labelNames = ['label', 'labels', 'class', 'target', 'y']

export function isNumber(cell: string): boolean {
  return cell !== '' && !Number.isNaN(Number(cell))
}

/** From the first row. A row with one word may be a text label; with more, or with the name of the label, it is a header. @throws EspalierError `data/csv` */
export function findColumns(path: string, first: readonly string[], wanted: string): Columns {
  const words = first.filter((cell) => !isNumber(cell)).map((cell) => cell.toLowerCase())
  const header = words.length > 1 || words.some((word) => labelNames.includes(word) || word === wanted.toLowerCase())
  const count = first.length
  if (count < 2) throw badColumns(path, 'has one column', 'Give a label and the pixels in each row, divided by commas.')
  const names = first.map((cell) => cell.toLowerCase())
  if (wanted === 'auto') {
    const named = header ? names.findIndex((name) => labelNames.includes(name)) : -1
    return { header, label: Math.max(0, named), count }
  }
  const byName = header ? names.indexOf(wanted.toLowerCase()) : -1
  const place = byName >= 0 ? byName : Number(wanted) - 1
  if (Number.isInteger(place) && place >= 0 && place < count) return { header, label: place, count }
  throw badColumns(path, `has no column ${JSON.stringify(wanted)}`, 'Give label as the name of a column, or its number from 1.') // prettier-ignore
}

function badColumns(path: string, what: string, hint: string): EspalierError {
  return new EspalierError('data/csv', `${path} ${what}.`, hint)
}
