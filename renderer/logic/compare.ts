// Figures of runs side by side, with Δ to the baseline and whether that is for the better.
import type { RunRow, RunSummary } from '../../core/contract/rows.ts'
import { atEpsilon, formatCount, formatDelta, formatPoints, formatSeconds, formatShare } from './format.ts'

export interface SummaryLine {
  readonly title: string
  readonly a: string
  readonly b: string
  readonly delta: string
  /** Whether the change is for the better; null where neither direction is. */
  readonly better: boolean | null
}

type SummarySide = Pick<RunRow, 'summary' | 'epsilon'>

interface Measure {
  readonly title: string
  readonly of: (summary: RunSummary) => number | null
  readonly format: (value: number | null) => string
  readonly goal: 'more' | 'less' | 'none'
  readonly delta?: (magnitude: number) => string
  /** Of how many, where that says something. */
  readonly total?: (summary: RunSummary) => number
  /** A part of the figure before it. */
  readonly part?: boolean
  /** ε the figure is for. */
  readonly epsilon?: (side: SummarySide) => number | null | undefined
}

const share = (value: number | null): string => formatShare(value, 2)
/** A share as it is shown, so that the change is the difference of the two figures beside it. */
const shown = (value: number, format: Measure['format']): number =>
  format === share ? Math.round(value * 1e4) / 1e4 : value
const points = (magnitude: number): string => formatPoints(magnitude, 2)
const images = (summary: RunSummary): number => summary.images

const measures: readonly Measure[] = [
  { title: 'Accuracy', of: (s) => s.accuracy, format: share, goal: 'more', delta: points },
  {
    title: 'FGSM robustness',
    of: (s) => s.robustness,
    format: share,
    goal: 'more',
    delta: points,
    epsilon: ({ summary }) => summary?.robustnessEpsilon,
  },
  {
    title: 'Accuracy under PGD',
    of: (s) => s.robustAccuracy,
    format: share,
    goal: 'more',
    delta: points,
    epsilon: ({ summary }) => summary?.robustnessEpsilon,
  },
  { title: 'Hidden neurons', of: (s) => s.hiddenNeurons, format: formatCount, goal: 'none' },
  { title: 'Nonzero weights', of: (s) => s.nonzeroWeights, format: formatCount, goal: 'none' },
  // A share of neurons whose number differs: more of fewer is neither better nor worse.
  { title: 'Unstable neurons', of: (s) => s.unstable, format: share, goal: 'none', delta: points },
  {
    title: 'Verified',
    of: (s) => s.verified,
    format: formatCount,
    goal: 'more',
    total: images,
    epsilon: (side) => side.epsilon,
  },
  // Of fewer that are verified fewer are certified: that is neither better nor worse.
  {
    title: 'of them certified',
    of: (s) => s.certified,
    format: formatCount,
    goal: 'none',
    total: (s) => s.verified,
    part: true,
  },
  { title: 'Falsified', of: (s) => s.falsified, format: formatCount, goal: 'less', total: images },
  {
    title: 'of them misclassified',
    of: (s) => s.misclassified,
    format: formatCount,
    goal: 'less',
    total: (s) => s.falsified,
    part: true,
  },
  { title: 'Undecided', of: (s) => s.unknown + s.timeout + s.error, format: formatCount, goal: 'less', total: images },
  { title: 'Mean time per image', of: (s) => s.meanSeconds, format: formatSeconds, goal: 'less' },
]

export function summaryLines(a: SummarySide, b: SummarySide): SummaryLine[] {
  return measures.map((measure) => {
    const { title, of, format, goal, delta = format, epsilon = () => null } = measure
    const [left, right] = [a.summary === null ? null : of(a.summary), b.summary === null ? null : of(b.summary)]
    const known = left !== null && right !== null
    const change = known ? shown(right, format) - shown(left, format) : 0
    return {
      title: atEpsilon(title, [epsilon(a), epsilon(b)]),
      a: figureText(measure, a.summary),
      b: figureText(measure, b.summary),
      delta: known ? formatDelta(change, delta) : '–',
      better: !known || change === 0 || goal === 'none' ? null : change > 0 === (goal === 'more'),
    }
  })
}

/** `16 of 20`, or the figure alone. */
function figureText({ of, format, total }: Measure, summary: RunSummary | null): string {
  if (summary === null) return format(null)
  return `${format(of(summary))}${total === undefined ? '' : ` of ${formatCount(total(summary))}`}`
}

/** A figure of the baseline, and of the others with what changed. `same`: nothing to see in a view of differences only. */
export interface FigureRow {
  readonly title: string
  /** A part of the row above. */
  readonly part: boolean
  readonly base: string
  readonly others: readonly Pick<SummaryLine, 'b' | 'delta' | 'better'>[]
  readonly same: boolean
}

/** @param sides the baseline first, and at least one other */
export function figureRows([base, ...others]: readonly SummarySide[]): FigureRow[] {
  if (base === undefined) return []
  const lines = others.map((other) => summaryLines(base, other))
  return measures.map(({ title, part = false, epsilon = () => null }, at) => {
    const cells = lines.flatMap((line) => line[at] ?? [])
    return {
      title: atEpsilon(title, [base, ...others].map(epsilon)),
      part,
      base: cells[0]?.a ?? '–',
      others: cells,
      same: cells.every(({ a, b }) => a === b),
    }
  })
}
