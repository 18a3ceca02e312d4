// Tables of runs: the demo's, and the papers' form with their figures beside ours.
import type { Recipe } from '../contract/recipe.ts'
import type { RunRow, RunSummary } from '../contract/rows.ts'
import { paperForm } from './paper-forms.ts'
import { atEpsilon, formatCount, formatSeconds, formatShare, formatTable, type Column } from './table.ts'

/** ε of the FGSM figure and ε of the verdicts stand at their columns: they need not be the same. */
function summaryColumns(runs: readonly RunRow[], attacked: boolean, extra: readonly string[]): Column[] {
  const robust = atEpsilon('FGSM robust', runs.map(({ summary }) => summary?.robustnessEpsilon)) // prettier-ignore
  const verified = atEpsilon('verified', verifiedEpsilons(runs))
  const figures = [
    'accuracy',
    robust,
    ...(attacked ? ['PGD robust'] : []),
    'hidden neurons',
    'weights',
    'unstable',
    verified,
    'falsified',
    'timeout',
  ]
  return [{ title: 'network', align: 'left' }, ...[...figures, ...extra, 'mean time'].map((title) => ({ title }))]
}

function verifiedEpsilons(runs: readonly RunRow[]): (number | null)[] {
  return runs.map(({ epsilon, summary }) => ((summary?.images ?? 0) > 0 ? epsilon : null))
}

/** `12 (10 certified)`: of the images verified, those whose proof was made again in float64. */
export function verifiedText({ verified, certified }: Pick<RunSummary, 'verified' | 'certified'>): string {
  return withPart(verified, certified, 'certified')
}

/** `9 (2 misclassified)`: of the images falsified, those that needed no change. */
export function falsifiedText({ falsified, misclassified }: Pick<RunSummary, 'falsified' | 'misclassified'>): string {
  return withPart(falsified, misclassified, 'misclassified')
}

/** The part is named where there is one, and where it is known. */
function withPart(count: number, part: number | null, word: string): string {
  const all = formatCount(count)
  return part === null || part === 0 ? all : `${all} (${formatCount(part)} ${word})`
}

/** The demo's one table: every figure of a run's summary, one row for each run. Unknown and error rows show when there are any. */
export function summaryTable(runs: readonly RunRow[]): string {
  const extra = (['unknown', 'error'] as const).filter((word) => runs.some(({ summary }) => (summary?.[word] ?? 0) > 0))
  const attacked = runs.some(({ summary }) => summary?.robustAccuracy != null)
  const columns = summaryColumns(runs, attacked, extra)
  const rows = runs.map(({ title, variant, state, summary }) => {
    const name = title === '' ? variant : title
    if (summary === null) return [name, state]
    return [
      name,
      formatShare(summary.accuracy),
      formatShare(summary.robustness),
      ...(attacked ? [formatShare(summary.robustAccuracy)] : []),
      formatCount(summary.hiddenNeurons),
      formatCount(summary.nonzeroWeights),
      formatShare(summary.unstable),
      ...(summary.images === 0 ? [] : [...verdictCells(summary), ...extra.map((word) => String(summary[word]))]),
      ...(summary.images === 0 ? [] : [formatSeconds(summary.meanSeconds)]),
    ]
  })
  return formatTable(columns, rows)
}

function verdictCells(summary: RunSummary): string[] {
  return [verifiedText(summary), falsifiedText(summary), String(summary.timeout)]
}

/** Ours beside the paper's, for every figure some variant of the recipe gives. */
export function paperTable(recipe: Recipe, runs: readonly RunRow[]): string {
  const given = new Set(recipe.variants.flatMap(({ paper }) => Object.keys(paper ?? {})))
  const form = paperForm(given)
  const figures = Object.entries(form)
  const others = [...given].filter((name) => !(name in form))
  const epsilons = {
    robustness: runs.map(({ summary }) => summary?.robustnessEpsilon),
    verdicts: verifiedEpsilons(runs),
  }
  const columns: Column[] = [
    { title: 'network', align: 'left' },
    ...figures.flatMap(([name, { title, at }]): Column[] => {
      const full = at === undefined ? title : atEpsilon(title, epsilons[at])
      return given.has(name) ? [{ title: full }, { title: 'paper' }] : [{ title: full }]
    }),
    { title: atEpsilon('verified', epsilons.verdicts) },
    { title: 'falsified' },
    ...others.map((name): Column => ({ title: `paper: ${name}` })),
  ]
  const rows = runs.map(({ variant, title, summary, state }) => {
    const paper = recipe.variants.find(({ name }) => name === variant)?.paper ?? {}
    const quoted = (name: string): string => (name in paper ? String(paper[name]) : '–')
    if (summary === null) return [title === '' ? variant : title, state]
    return [
      title === '' ? variant : title,
      ...figures.flatMap(([name, { of }]) => (given.has(name) ? [of(summary), quoted(name)] : [of(summary)])),
      verifiedText(summary),
      falsifiedText(summary),
      ...others.map(quoted),
    ]
  })
  return formatTable(columns, rows)
}

/** The paper's form where the recipe quotes a paper, the plain table otherwise. */
export function runsTable(recipe: Recipe, runs: readonly RunRow[]): string {
  return recipe.variants.some(({ paper }) => paper !== undefined) ? paperTable(recipe, runs) : summaryTable(runs)
}
