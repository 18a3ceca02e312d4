// Verdicts as CSV (RFC 4180): one line for each image and verifier, figures in full precision.
import type { VerdictRow } from '../contract/rows.ts'

type Column = readonly [title: string, value: (row: VerdictRow) => string | number | null]

const columns: readonly Column[] = [
  ['image', ({ imageIndex }) => imageIndex],
  ['label', ({ label }) => label],
  ['predicted', ({ predicted }) => predicted],
  ['target', ({ target }) => target],
  ['epsilon', ({ epsilon }) => epsilon],
  ['verifier', ({ verifier }) => verifier],
  ['verdict', ({ verdict }) => verdict],
  ['evidence', ({ evidence }) => evidence],
  ['method', ({ method }) => method],
  ['seconds', ({ seconds }) => seconds],
  ['lower_bound', ({ lowerBound }) => lowerBound],
  ['domains', ({ domains }) => domains],
  ['unstable', ({ unstable }) => unstable],
  ['group', ({ group }) => group],
  ['counterexample', ({ counterexample }) => counterexample],
  ['error', ({ error }) => (error === null ? null : `${error.code}: ${error.message}`)],
]

export function verdictsToCsv(rows: readonly VerdictRow[]): string {
  const lines = rows.map((row) => columns.map(([, value]) => field(value(row))).join(','))
  return [columns.map(([title]) => title).join(','), ...lines, ''].join('\r\n')
}

function field(value: string | number | null): string {
  const text = value === null ? '' : String(value)
  // A leading sign would be a formula to a spreadsheet; ours are only ever numbers.
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
