// How a search went, as plots: worst bound, open domains, and the tree's open domains by depth over time.
import type { JobGauge } from '../../core/contract/events.ts'
import type { SearchSample } from '../../core/contract/figures.ts'
import type { Point } from './series.ts'
import type { DataTable } from './table.ts'

/** The search that a running job is at. */
export interface LiveSearch {
  readonly imageIndex: number
  readonly samples: readonly SearchSample[]
}

/** Samples of a live search; beyond them every other one goes. */
const mostSamples = 600
/** Cells of the picture of the tree. */
const mostColumns = 80
const mostRows = 40

/** The search with one more gauge; another image, or a time before the last, begins a new one. */
export function followSearch(search: LiveSearch | null, gauge: JobGauge): LiveSearch | null {
  if (gauge.stage !== 'verify') return null
  const { imageIndex, seconds, worstBound: bound, domainsVisited, domainsOpen: open, domainsByDepth: depths } = gauge
  const sample = { seconds, bound, visited: domainsVisited ?? 0, open, depths }
  const last = search?.samples.at(-1)
  if (search === null || last === undefined || search.imageIndex !== imageIndex || seconds < last.seconds)
    return { imageIndex, samples: [sample] }
  if (seconds === last.seconds) return search
  const kept = search.samples.length < mostSamples ? search.samples : search.samples.filter((_, at) => at % 2 === 0)
  return { imageIndex, samples: [...kept, sample] }
}

/** The worst bound over time. */
export function boundPoints(samples: readonly SearchSample[]): Point[] {
  return samples.flatMap(({ seconds: x, bound: y }) => (y === null ? [] : [{ x, y }]))
}

/**
 * What the axis of the worst bound shows: from where the tree began, with some room; the first bounds of quick methods can
 * lie so far below that nothing else would be seen. Null, all of it, where there is no tree.
 */
export function boundRange(samples: readonly SearchSample[]): readonly [number, number] | null {
  const root = samples.find(({ depths, bound }) => depths !== null && bound !== null)?.bound ?? null
  if (root === null || root >= 0) return null
  const highest = Math.max(0, ...boundPoints(samples).map(({ y }) => y))
  return [root * 1.25, highest + (highest - root) * 0.05]
}

/** Domains bounded so far and domains open over time; empty where the search never split. */
export function domainSeries(samples: readonly SearchSample[]): { label: string; points: Point[] }[] {
  const points = (of: (sample: SearchSample) => number | null) =>
    samples.flatMap((sample) => {
      const y = of(sample)
      return y === null || y <= 0 ? [] : [{ x: sample.seconds, y }]
    })
  const series = [
    { label: 'visited', points: points(({ visited }) => visited) },
    { label: 'open', points: points(({ open }) => open) },
  ]
  return series.some(({ points }) => points.length > 1) ? series.filter(({ points }) => points.length > 0) : []
}

export interface TreePicture {
  /** [depth, the deepest first][time]: open domains; each row is a depth, or as many as `depthsEach` together. */
  readonly counts: readonly (readonly number[])[]
  /** Seconds at the left and right border. */
  readonly seconds: readonly [number, number]
  readonly deepest: number
  readonly depthsEach: number
  readonly table: DataTable
}

/** The tree of a search over time; null where it has fewer than two moments. */
export function treePicture(samples: readonly SearchSample[]): TreePicture | null {
  const moments = samples.flatMap(({ seconds, depths }) => (depths === null ? [] : [{ seconds, depths }]))
  const [first, last] = [moments.at(0), moments.at(-1)]
  if (first === undefined || last === undefined || moments.length < 2) return null
  const deepest = Math.max(...moments.map(({ depths }) => depths.length - 1), 0)
  const depthsEach = Math.ceil((deepest + 1) / mostRows)
  const rows = Math.ceil((deepest + 1) / depthsEach)
  const columns = Math.min(mostColumns, Math.max(2, moments.length))
  const times = Array.from(
    { length: columns },
    (_, column) => first.seconds + ((last.seconds - first.seconds) * (column + 1)) / columns,
  )
  const seen = times.map((time) => moments.findLast(({ seconds }) => seconds <= time * (1 + 1e-12)) ?? first)
  const openAt = (depths: readonly number[], row: number) =>
    depths.slice(row * depthsEach, (row + 1) * depthsEach).reduce((sum, count) => sum + count, 0)
  const counts = Array.from({ length: rows }, (_, row) => seen.map(({ depths }) => openAt(depths, row)))
  const depthNames = counts.map((_, row) => `depth ${depthsEach === 1 ? row : `${row * depthsEach}–${(row + 1) * depthsEach - 1}`}`) // prettier-ignore
  return {
    counts: counts.toReversed(),
    seconds: [first.seconds, last.seconds],
    deepest,
    depthsEach,
    table: {
      columns: [{ title: 'seconds', format: (value) => value.toFixed(2) }, ...depthNames.map((title) => ({ title }))],
      rows: times.map((time, column) => [time, ...counts.map((row) => row[column] ?? 0)]),
    },
  }
}
