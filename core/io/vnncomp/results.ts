// Results of a run in the competition's words: results.csv out, and other tools' results and consensus verdicts in.
import { csvError, csvLine, csvRows, type CsvRow } from './csv.ts'
import type { Verdict } from '../../contract/verdict.ts'

/** The competition's words: `sat` is a counterexample. */
export const vnncompWords = ['sat', 'unsat', 'unknown', 'timeout', 'error'] as const
export type VnncompWord = (typeof vnncompWords)[number]

/** The competition's word for a verdict. */
export const wordOfVerdict: Readonly<Record<Verdict, VnncompWord>> = {
  verified: 'unsat',
  falsified: 'sat',
  unknown: 'unknown',
  timeout: 'timeout',
  error: 'error',
}

export interface InstanceResult {
  readonly onnx: string
  readonly vnnlib: string
  readonly word: VnncompWord
  readonly seconds: number
}

/** Other words for the same. */
const synonyms: Readonly<Record<string, VnncompWord>> = {
  verified: 'unsat',
  holds: 'unsat',
  safe: 'unsat',
  falsified: 'sat',
  violated: 'sat',
  unsafe: 'sat',
  'no-result': 'unknown',
  '': 'unknown',
}

/** One row as the competition writes it: `category,onnx,vnnlib,prepare seconds,result,seconds`. */
export function resultLine(category: string, result: InstanceResult, prepareSeconds = 0): string {
  const { onnx, vnnlib, word, seconds } = result
  return csvLine([category, onnx, vnnlib, prepareSeconds.toFixed(3), word, seconds.toFixed(3)])
}

/** A whole results.csv, without header. */
export function writeResults(category: string, results: readonly InstanceResult[]): string {
  return results.map((result) => `${resultLine(category, result)}\n`).join('')
}

/** What joins rows of different files: the names of network and property without folders and endings. */
export function instanceKey(onnx: string, vnnlib: string): string {
  return `${stem(onnx)} ${stem(vnnlib)}`
}

function stem(path: string): string {
  return path
    .replace(/^.*[\\/]/, '')
    .replace(/(\.gz)?$/i, '')
    .replace(/\.(onnx|vnnlib)$/i, '')
}

/**
 * Results of another tool by instance key: a results.csv as above, or a CSV with a header that names a network (onnx,
 * model), a property (vnnlib, property; `eps` is joined on where the property leaves it out), a result (result, status)
 * and seconds (seconds, time, run_time).
 * @throws EspalierError 'vnncomp/csv' naming the line
 */
export function parseResults(text: string): ReadonlyMap<string, InstanceResult> {
  const rows = csvRows(text)
  const header = columnsOf(rows.at(0))
  const results = new Map<string, InstanceResult>()
  for (const row of header ? rows.slice(1) : rows) {
    const { onnx, vnnlib, word, seconds, eps } = header ? header(row) : competitionRow(row)
    const result = { onnx, vnnlib, word: wordOf(word, row.line), seconds: secondsOf(seconds, row.line) }
    results.set(instanceKey(onnx, vnnlib), result)
    if (eps !== '') results.set(instanceKey(onnx, `${vnnlib}_eps${eps}`), result)
  }
  return results
}

/** Consensus verdicts by instance key, from expected.csv (`onnx,vnnlib,consensus,…` with header); unknown ones are left out. */
export function parseExpected(text: string): ReadonlyMap<string, 'sat' | 'unsat'> {
  const [header, ...rows] = csvRows(text)
  const names = (header as CsvRow | undefined)?.fields ?? []
  const [onnx, vnnlib, consensus] = ['onnx', 'vnnlib', 'consensus'].map((name) => names.indexOf(name))
  if (Math.min(onnx, vnnlib, consensus) < 0) throw csvError('the header does not name onnx, vnnlib and consensus', 1)
  const expected = new Map<string, 'sat' | 'unsat'>()
  for (const { fields, line } of rows) {
    if (fields.length <= Math.max(onnx, vnnlib, consensus)) throw csvError('it has too few fields', line)
    const word = wordOf(fields[consensus], line)
    if (word === 'sat' || word === 'unsat') expected.set(instanceKey(fields[onnx], fields[vnnlib]), word)
  }
  return expected
}

type ResultFields = Readonly<Record<'onnx' | 'vnnlib' | 'word' | 'seconds' | 'eps', string>>

function competitionRow({ fields, line }: CsvRow): ResultFields {
  if (fields.length !== 6) throw csvError('it is not category,onnx,vnnlib,prepare,result,seconds', line)
  return { onnx: fields[1], vnnlib: fields[2], word: fields[4], seconds: fields[5], eps: '' }
}

/** Reads a row by the names in the header; null where the first row is no header. */
function columnsOf(header: CsvRow | undefined): ((row: CsvRow) => ResultFields) | null {
  const names = header?.fields.map((name) => name.toLowerCase()) ?? []
  const at = (...candidates: string[]): number => names.findIndex((name) => candidates.includes(name))
  const columns = [
    at('onnx', 'model', 'network'),
    at('vnnlib', 'property'),
    at('result', 'status', 'verdict'),
    at('seconds', 'time', 'run_time'),
  ]
  const eps = at('eps', 'epsilon')
  if (columns.some((column) => column < 0)) return null
  return ({ fields, line }) => {
    if (fields.length <= Math.max(...columns)) throw csvError('it has too few fields', line)
    const [onnx, vnnlib, word, seconds] = columns.map((column) => fields[column])
    return { onnx, vnnlib, word, seconds, eps: fields.at(eps < 0 ? fields.length : eps) ?? '' }
  }
}

function wordOf(text: string, line: number): VnncompWord {
  const lower = text.toLowerCase()
  const word =
    vnncompWords.find((candidate) => candidate === lower) ?? (Object.hasOwn(synonyms, lower) ? synonyms[lower] : null)
  if (word === null) throw csvError(`"${text.slice(0, 40)}" is no result`, line)
  return word
}

function secondsOf(text: string, line: number): number {
  const seconds = Number(text)
  if (text !== '' && seconds >= 0 && seconds < Infinity) return seconds
  throw csvError(`"${text.slice(0, 40)}" is no time in seconds`, line)
}
