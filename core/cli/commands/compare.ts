// `espalier compare RUN RUN`: what changed between two runs.
import type { Command } from 'commander'
import type { App } from '../../app.ts'
import type { RunRow } from '../../contract/rows.ts'
import { verdictSchema } from '../../contract/verdict.ts'
import { compareRuns, type ComparedRun, type Comparison, type FigureName } from '../../report/compare.ts'
import type { Shell } from '../context.ts'
import { atEpsilon, formatCount, formatPoints, formatSeconds, formatShare, formatTable } from '../table.ts'

type Format = (value: number | null) => string

const share: Format = (value) => formatShare(value, 2)

/** The figure as its column shows it, so that the change is the difference of the two figures beside it. */
const shown = (value: number, format: Format): number => (format === share ? Math.round(value * 1e4) / 1e4 : value)

/** `change` where a difference is written otherwise than the figures. */
const formats: Readonly<Record<FigureName, readonly [title: string, format: Format, change?: Format]>> = {
  accuracy: ['accuracy', share, formatPoints],
  robustness: ['FGSM robust', share, formatPoints],
  robustAccuracy: ['accuracy under PGD', share, formatPoints],
  hiddenNeurons: ['hidden neurons', formatCount],
  weights: ['weights', formatCount],
  nonzeroWeights: ['weights not zero', formatCount],
  unstable: ['unstable neurons', share, formatPoints],
  verified: ['verified', formatCount],
  certified: ['– certified', formatCount],
  falsified: ['falsified', formatCount],
  misclassified: ['– misclassified as they are', formatCount],
  unknown: ['unknown', formatCount],
  timeout: ['timeout', formatCount],
  error: ['error', formatCount],
  seconds: ['total time', formatSeconds],
  meanSeconds: ['mean time', formatSeconds],
  searchSeconds: ['mean time, neither misclassified nor attacked', formatSeconds],
}

export function addCompare(program: Command, shell: Shell): void {
  const command = program.command('compare').argument('<run>').argument('<run>')
  shell.define(command.description('compare two runs'), async ({ terminal, open }) => {
    const app = await open('read')
    const [first, second] = await Promise.all(command.args.slice(0, 2).map((id) => load(app, id)))
    const comparison = compareRuns(first, second)
    terminal.value({ first: first.run, second: second.run, ...comparison })
    terminal.print(comparisonText(first, second, comparison))
    return undefined
  })
}

async function load(app: App, id: string): Promise<ComparedRun> {
  const { run, job } = await app.api['runs.get']({ id })
  return { run, job, verdicts: await app.api['runs.verdicts']({ id }) }
}

function comparisonText(
  first: ComparedRun,
  second: ComparedRun,
  { figures, flips, changed, warnings }: Comparison,
): string {
  const runs = [first.run, second.run]
  const [before, after] = runs.map(({ title, variant }) => (title === '' ? variant : title))
  const columns = [{ title: '', align: 'left' }, { title: before }, { title: after }, { title: 'change' }] as const
  const rows = figures
    .filter((figure) => figure.first !== null || figure.second !== null)
    .map(({ name, first: a, second: b, difference }) => {
      const [title, format, change = format] = formats[name]
      const step = a === null || b === null ? difference : shown(b, format) - shown(a, format)
      return [atEpsilon(title, epsilonsOf(name, runs)), format(a), format(b), signed(step, change)]
    })
  const words = verdictSchema.options
  const matrix = formatTable(
    [{ title: `${before} ↓  ${after} →`, align: 'left' }, ...words.map((title) => ({ title }))],
    words.map((word) => [word, ...words.map((other) => String(flips[word][other]))]),
  )
  const images = changed.map(({ imageIndex, first: a, second: b }) => `  image ${imageIndex}: ${a} → ${b}`)
  const notes = warnings.map((warning) => `  note: ${warning}`)
  return [formatTable(columns, rows), '', matrix, ...(images.length > 0 ? ['', ...images] : []), ...(notes.length > 0 ? ['', ...notes] : [])].join('\n') // prettier-ignore
}

/** The radii a figure is for. */
function epsilonsOf(name: FigureName, runs: readonly RunRow[]): (number | null | undefined)[] {
  if (name === 'robustness' || name === 'robustAccuracy') return runs.map(({ summary }) => summary?.robustnessEpsilon)
  return name === 'verified' ? runs.map(({ epsilon }) => epsilon) : []
}

function signed(difference: number | null, format: Format): string {
  if (difference === null) return '–'
  if (difference === 0) return '='
  return `${difference > 0 ? '+' : '−'}${format(Math.abs(difference))}`
}
