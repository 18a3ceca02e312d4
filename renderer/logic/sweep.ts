// A sweep as curves: runs that differ in the share they remove or in ε, grouped by everything else they were made with.
import { paretoPoint } from '../../core/contract/figures.ts'
import type { VariantOptions } from '../../core/contract/recipe.ts'
import type { JobRow, RunRow } from '../../core/contract/rows.ts'
import { simplifyTitles } from '../../core/contract/titles.ts'
import { formatValue } from './format.ts'
import type { Point } from './series.ts'

export interface SweptJob {
  readonly job: Pick<JobRow, 'id' | 'recipe'>
  readonly runs: readonly RunRow[]
}

/** One run of a sweep. */
export interface SweptRun {
  readonly run: RunRow
  /** How it was made, the share aside: runs of one way make one curve. */
  readonly way: string
  /** Share that was removed, put to 0 or made a line; 0 of a network that is as it was trained. */
  readonly ratio: number
  readonly epsilon: number | null
}

export interface Curve {
  readonly label: string
  readonly points: readonly Point[]
}

type Figure = (run: RunRow) => number | null

/** Figures that a sweep is looked at for. */
export const sweepFigures: readonly { readonly title: string; readonly of: Figure }[] = [
  { title: 'Verified accuracy', of: (run) => paretoPoint(run)?.y ?? null },
  { title: 'Accuracy', of: ({ summary }) => summary?.accuracy ?? null },
  { title: 'Accuracy under PGD', of: ({ summary }) => summary?.robustAccuracy ?? null },
  { title: 'Unstable neurons', of: ({ summary }) => summary?.unstable ?? null },
]

/** The runs that came to figures. Ways are called as their runs are, the share left out: `SAP, 25 %` is `SAP`. */
export function sweptRuns(jobs: readonly SweptJob[]): SweptRun[] {
  const names = new Map<string, string>()
  return jobs.flatMap(({ job, runs }) =>
    runs.flatMap((run) => {
      const variant = job.recipe.variants.find(({ name }) => name === run.variant)
      if (variant === undefined || run.summary === null) return []
      const { ratio, key } = settingsOf(variant)
      const own = nameOf(run, variant)
      const taken = [...names].some(([other, name]) => other !== key && name === own)
      const way = names.get(key) ?? (taken ? `${own} (${run.variant})` : own)
      names.set(key, way)
      return [{ run, way, ratio, epsilon: run.epsilon }]
    }),
  )
}

function settingsOf({ simplify, fineTune, train, architecture }: VariantOptions): { ratio: number; key: string } {
  const { ratio = 0, ...others } = 'ratio' in simplify ? simplify : { ...simplify, ratio: 0 }
  return { ratio, key: JSON.stringify([others, fineTune, train, architecture]) }
}

function nameOf(run: RunRow, { simplify }: VariantOptions): string {
  const name = (run.title || run.variant).replace(/[\s,:–-]+[\d.]+\s*%?$/, '')
  return name === '' ? simplifyTitles[simplify.method] : name
}

/** A figure over the share, a curve for each way and radius; empty unless some way was tried with two shares. */
export function overRatio(runs: readonly SweptRun[], of: Figure): Curve[] {
  const several = new Set(runs.map(({ epsilon }) => epsilon)).size > 1
  const label = ({ way, epsilon }: SweptRun) =>
    several && epsilon !== null ? `${way}, ε ${formatValue(epsilon, 4)}` : way
  return curves(runs, label, ({ ratio }) => ratio, of)
}

/** A figure over ε, a curve for each way and share; empty unless something was verified at two radii. */
export function overEpsilon(runs: readonly SweptRun[], of: Figure): Curve[] {
  const label = ({ way, ratio }: SweptRun) => (ratio === 0 ? way : `${way}, ${formatValue(ratio * 100, 3)} %`)
  return curves(runs, label, ({ epsilon }) => epsilon, of)
}

function curves(
  runs: readonly SweptRun[],
  label: (run: SweptRun) => string,
  x: (run: SweptRun) => number | null,
  of: Figure,
): Curve[] {
  const groups = [...Map.groupBy(runs, label)].map(([name, own]) => ({ label: name, points: pointsOf(own, x, of) }))
  const found = groups.filter(({ points }) => points.length > 0)
  return found.some(({ points }) => points.length > 1) ? found : []
}

/** In order of x; of several at one x the newest. */
function pointsOf(runs: readonly SweptRun[], x: (run: SweptRun) => number | null, of: Figure): Point[] {
  const points = new Map<number, { y: number; createdAt: string }>()
  for (const swept of runs) {
    const { createdAt } = swept.run
    const [at, y] = [x(swept), of(swept.run)]
    if (at === null || y === null || createdAt < (points.get(at)?.createdAt ?? '')) continue
    points.set(at, { y, createdAt })
  }
  return [...points].map(([at, { y }]) => ({ x: at, y })).sort((a, b) => a.x - b.x)
}

/** Accuracy against verified accuracy, a group of points for each way. */
export function paretoGroups(runs: readonly SweptRun[]): Curve[] {
  return [...Map.groupBy(runs, ({ way }) => way)]
    .map(([label, own]) => ({ label, points: own.flatMap(({ run }) => paretoPoint(run) ?? []) }))
    .filter(({ points }) => points.length > 0)
}
