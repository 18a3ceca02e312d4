// Curves as maps from series to points: merged idempotently, grouped by what they measure.
import type { MetricPoint } from '../../core/contract/rows.ts'

export interface Point {
  readonly x: number
  readonly y: number
}
/** Points in order of x; those at one x stay in theirs. */
export const byX = (points: readonly Point[]): Point[] => points.toSorted((a, b) => a.x - b.x)

export type Curves = ReadonlyMap<string, readonly Point[]>
export const noCurves: Curves = new Map()

/** Adds points; a point already there for that series and step is replaced, so that events may come twice. */
export function mergePoints(curves: Curves, points: readonly Omit<MetricPoint, 'runId'>[]): Curves {
  const next = new Map(curves)
  for (const [series, added] of Map.groupBy(points, (point) => point.series)) {
    const byStep = new Map((next.get(series) ?? []).map((point) => [point.x, point]))
    for (const { step, value } of added) byStep.set(step, { x: step, y: value })
    next.set(series, byX([...byStep.values()]))
  }
  return next
}

export interface CurveGroup {
  readonly measure: string
  readonly title: string
  readonly series: readonly { readonly name: string; readonly label: string; readonly points: readonly Point[] }[]
}

const titles: Readonly<Record<string, string>> = {
  loss: 'Loss',
  accuracy: 'Accuracy',
  'robust-accuracy': 'Accuracy under FGSM',
  'learning-rate': 'Learning rate',
  'epoch-seconds': 'Seconds per epoch',
  'weight-penalty': 'Penalty on weights',
  adversarial: 'Loss under attack',
  clean: 'Loss on clean images',
  certified: 'Loss of proved bounds',
  divergence: 'Divergence under attack',
  'grad-align': 'Misalignment of gradients',
  'relu-stability': 'ReLU stability',
  'warm-up': 'ReLU stability, warm-up',
}
const order = Object.keys(titles)

/** `fine-tune.train.loss` measures `loss`. */
export function measureOf(series: string): string {
  return series.split('.').at(-1) ?? series
}

/** `fine-tune.train.loss` → `fine-tune · train`. */
export function seriesLabel(series: string): string {
  const parts = series.split('.')
  return parts.length === 1 ? series.replaceAll('-', ' ') : parts.slice(0, -1).join(' · ')
}

/** One group per measure: loss, accuracy, learning rate first, others after. Single figures (`evaluate.…`) and counts (`graft.…`) are no curves. */
export function groupCurves(curves: Curves): CurveGroup[] {
  const groups = new Map<string, CurveGroup['series'][number][]>()
  for (const [name, points] of curves) {
    if (name.startsWith('evaluate.') || name.startsWith('graft.')) continue
    const measure = measureOf(name)
    groups.set(measure, [...(groups.get(measure) ?? []), { name, label: seriesLabel(name), points }])
  }
  const rank = (measure: string) => (order.includes(measure) ? order.indexOf(measure) : order.length)
  return [...groups]
    .sort(([a], [b]) => rank(a) - rank(b) || a.localeCompare(b))
    .map(([measure, series]) => ({ measure, title: titles[measure] ?? measure.replaceAll('-', ' '), series }))
}

/** A curve among those of other runs. */
interface OverlaidCurve {
  readonly label: string
  readonly points: readonly Point[]
  readonly dashed: boolean
  readonly colour: number
}

/** The curves of one measure of several runs: a colour for each run and stage of training, validation dashed. */
export function overlaid(names: readonly string[], groups: readonly (CurveGroup | undefined)[]): OverlaidCurve[] {
  const stages = new Map<string, number>()
  return groups.flatMap((group, side) =>
    (group?.series ?? []).map(({ label, points }) => {
      const stage = `${side} ${label.replace(/(train|validation)$/, '')}`
      const colour = stages.get(stage) ?? stages.size
      stages.set(stage, colour)
      return { label: `${names[side] ?? ''}: ${label}`, points, dashed: label.endsWith('validation'), colour }
    }),
  )
}
