// Comma-separated files of the competition: rows of fields with line numbers, quotes as in RFC 4180.
import { EspalierError } from '../../contract/errors.ts'

export interface CsvRow {
  readonly fields: readonly string[]
  readonly line: number
}

/** Largest file, in characters. */
const maximumLength = 2 ** 26

/** The rows that are not empty; a field in quotes may hold commas and doubled quotes, but no line break. */
export function csvRows(text: string): readonly CsvRow[] {
  if (text.length > maximumLength) throw csvError('it is too long', 0)
  return text
    .split(/\r?\n|\r/)
    .map((content, i) => ({ content, line: i + 1 }))
    .filter(({ content }) => content.trim() !== '')
    .map(({ content, line }) => ({ fields: fieldsOf(content, line), line }))
}

function fieldsOf(content: string, line: number): string[] {
  const fields: string[] = []
  const field = /\s*(?:"((?:[^"]|"")*)"|([^",]*?))\s*(,|$)/y
  for (;;) {
    const found = field.exec(content)
    if (!found) throw csvError('a quote is out of place', line)
    // Only one of the two forms of a field takes part in a match.
    const [, quoted, plain] = found as unknown as readonly (string | undefined)[]
    fields.push(quoted?.replaceAll('""', '"') ?? plain ?? '')
    if (found[3] === '') return fields
  }
}

/** One row of text; fields that need quotes get them. */
export function csvLine(fields: readonly (string | number)[]): string {
  return fields
    .map(String)
    .map((field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""').replace(/[\r\n]+/g, ' ')}"` : field))
    .join(',')
}

export function csvError(problem: string, line: number): EspalierError {
  return new EspalierError(
    'vnncomp/csv',
    `${line > 0 ? `Line ${line} of the CSV file` : 'The CSV file'}: ${problem}.`,
    'Compare the file with those of the competition: instances.csv holds onnx,vnnlib,timeout.',
  )
}
