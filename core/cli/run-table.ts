// Tables of runs: the demo's, and the papers' form with their figures beside ours.
import type { Recipe } from '../contract/recipe.ts'
import type { RunRow, RunSummary } from '../contract/rows.ts'
import { formatCount, formatFraction, formatSeconds, formatShare, formatTable, type Column } from './table.ts'

const demoColumns: readonly Column[] = [
  { title: 'network', align: 'left' },
  { title: 'accuracy' },
  { title: 'FGSM robust' },
  { title: 'hidden neurons' },
  { title: 'weights' },
  { title: 'unstable' },
  { title: 'verified' },
  { title: 'falsified' },
  { title: 'timeout' },
  { title: 'mean time' },
]

/** The demo's one table: every figure of a run's summary, one row for each run. Unknown and error rows show when there are any. */
export function summaryTable(runs: readonly RunRow[]): string {
  const extra = (['unknown', 'error'] as const).filter((word) => runs.some(({ summary }) => (summary?.[word] ?? 0) > 0))
  const columns = [...demoColumns.slice(0, 9), ...extra.map((title): Column => ({ title })), ...demoColumns.slice(9)]
  const rows = runs.map(({ title, variant, state, summary }) => {
    const name = title === '' ? variant : title
    if (summary === null) return [name, state]
    return [
      name,
      formatShare(summary.accuracy),
      formatShare(summary.robustness),
      formatCount(summary.hiddenNeurons),
      formatCount(summary.nonzeroWeights),
      formatShare(summary.unstable),
      ...(summary.images === 0 ? [] : [...verdictCells(summary), ...extra.map((word) => String(summary[word]))]),
      ...(summary.images === 0 ? [] : [formatSeconds(summary.meanSeconds)]),
    ]
  })
  return formatTable(columns, rows)
}

function verdictCells({ verified, falsified, timeout }: RunSummary): string[] {
  return [verified, falsified, timeout].map(String)
}

/** A figure of a summary under the name that `paper:` of a recipe uses. */
const paperFigures: Readonly<Record<string, (summary: RunSummary) => string>> = {
  accuracy: ({ accuracy }) => formatFraction(accuracy),
  robustness: ({ robustness }) => formatFraction(robustness),
  neurons: ({ hiddenNeurons }) => formatCount(hiddenNeurons),
  weights: ({ nonzeroWeights }) => formatCount(nonzeroWeights),
  solved: ({ verified, falsified, images }) => (images === 0 ? '–' : `${verified + falsified}/${images}`),
  seconds: ({ meanSeconds }) => formatSeconds(meanSeconds),
}

/** Ours beside the paper's, for every figure some variant of the recipe gives. */
export function paperTable(recipe: Recipe, runs: readonly RunRow[]): string {
  const given = new Set(recipe.variants.flatMap(({ paper }) => Object.keys(paper ?? {})))
  const figures = Object.keys(paperFigures)
  const others = [...given].filter((name) => !figures.includes(name))
  const columns: Column[] = [
    { title: 'network', align: 'left' },
    ...figures.flatMap((title): Column[] => (given.has(title) ? [{ title }, { title: 'paper' }] : [{ title }])),
    { title: 'verified' },
    { title: 'falsified' },
    ...others.map((name): Column => ({ title: `paper: ${name}` })),
  ]
  const rows = runs.map(({ variant, title, summary, state }) => {
    const paper = recipe.variants.find(({ name }) => name === variant)?.paper ?? {}
    const quoted = (name: string): string => (name in paper ? String(paper[name]) : '–')
    if (summary === null) return [title === '' ? variant : title, state]
    return [
      title === '' ? variant : title,
      ...figures.flatMap((name) =>
        given.has(name) ? [paperFigures[name](summary), quoted(name)] : [paperFigures[name](summary)],
      ),
      String(summary.verified),
      String(summary.falsified),
      ...others.map(quoted),
    ]
  })
  return formatTable(columns, rows)
}

/** The paper's form where the recipe quotes a paper, the plain table otherwise. */
export function runsTable(recipe: Recipe, runs: readonly RunRow[]): string {
  return recipe.variants.some(({ paper }) => paper !== undefined) ? paperTable(recipe, runs) : summaryTable(runs)
}
