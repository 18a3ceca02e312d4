// The data of a plot as a table: shown to those who cannot see the plot, and saved as CSV.
import type { Point } from './series.ts'

export type Cell = number | string | null

export interface DataTable {
  readonly columns: readonly { readonly title: string; readonly format?: (value: number) => string }[]
  readonly rows: readonly (readonly Cell[])[]
}

export interface LabelledPoints {
  readonly label: string
  readonly points: readonly Point[]
}

/** One row for each x, one column for each series. */
export function tableOfSeries(
  series: readonly LabelledPoints[],
  x: DataTable['columns'][number],
  format: (value: number) => string,
): DataTable {
  const steps = [...new Set(series.flatMap(({ points }) => points.map((point) => point.x)))].sort((a, b) => a - b)
  const values = series.map(({ points }) => new Map(points.map((point) => [point.x, point.y])))
  return {
    columns: [x, ...series.map(({ label }) => ({ title: label, format }))],
    rows: steps.map((step) => [step, ...values.map((column) => column.get(step) ?? null)]),
  }
}

/** A cell as people read it. */
export function cellText(cell: Cell, format: (value: number) => string = String): string {
  if (cell === null) return '–'
  return typeof cell === 'number' ? format(cell) : cell
}

/** CSV (RFC 4180) with figures in full precision; text that a spreadsheet would take for a formula is kept from that. */
export function toCsv({ columns, rows }: DataTable): string {
  const field = (cell: Cell): string => {
    const text = cell === null ? '' : typeof cell === 'string' && /^[=+@-]/.test(cell) ? `'${cell}` : String(cell)
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }
  return [columns.map(({ title }) => title), ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join('')
}

/** A title as a file name: letters, digits and dashes. */
export function fileName(title: string, ending: string): string {
  const plain = title
    .normalize('NFKD')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
  return `${plain === '' ? 'plot' : plain.slice(0, 80)}.${ending}`
}
