// Curves as maps from series to points: merged idempotently, grouped by what they measure.
import type { MetricPoint } from '../../core/contract/rows.ts'

export interface Point {
  readonly x: number
  readonly y: number
}
export type Curves = ReadonlyMap<string, readonly Point[]>
export const noCurves: Curves = new Map()

/** Adds points; a point already there for that series and step is replaced, so that events may come twice. */
export function mergePoints(curves: Curves, points: readonly Omit<MetricPoint, 'runId'>[]): Curves {
  const next = new Map(curves)
  for (const [series, added] of Map.groupBy(points, (point) => point.series)) {
    const byStep = new Map((next.get(series) ?? []).map((point) => [point.x, point]))
    for (const { step, value } of added) byStep.set(step, { x: step, y: value })
    next.set(
      series,
      Array.from(byStep.values()).sort((a, b) => a.x - b.x),
    )
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
