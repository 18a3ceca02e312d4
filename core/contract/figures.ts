// Data of the plots that the app and the reports both draw, worked out from rows: time curves, cactus, Pareto front; and its schemas.
import { z } from 'zod'
import type { RunRow, VerdictRow } from './rows.ts'

export interface PlotPoint {
  readonly x: number
  readonly y: number
}

type Timed = Pick<VerdictRow, 'verdict' | 'seconds'>

/** Shortest time that a logarithmic axis shows, in seconds. */
export const shortestSeconds = 1e-3

const times = (rows: readonly Timed[], counts: (row: Timed) => boolean): number[] =>
  rows
    .filter(counts)
    .map(({ seconds }) => Math.max(seconds, shortestSeconds))
    .sort((a, b) => a - b)

/**
 * Verified accuracy against the time limit (Chen et al. 2022, Figure A9): the share of all images verified within x
 * seconds, as steps; the last point is at `limit` where that is known.
 */
export function verifiedWithin(rows: readonly Timed[], limit: number | null): PlotPoint[] {
  if (rows.length === 0) return []
  const sorted = times(rows, ({ verdict }) => verdict === 'verified')
  const steps = sorted.map((x, k) => ({ x, y: (k + 1) / rows.length }))
  const end = Math.max(limit ?? 0, steps.at(-1)?.x ?? shortestSeconds)
  return [{ x: shortestSeconds, y: 0 }, ...steps, { x: end, y: sorted.length / rows.length }]
}

/** Cactus plot: the x quickest decided images were each decided within y seconds. */
export function cactus(rows: readonly Timed[]): PlotPoint[] {
  const decided = times(rows, ({ verdict }) => verdict === 'verified' || verdict === 'falsified')
  return decided.map((y, k) => ({ x: k + 1, y }))
}

/** Accuracy (x) and verified accuracy (y) of a run; null where either is not known. */
export function paretoPoint({ summary }: Pick<RunRow, 'summary'>): PlotPoint | null {
  if (summary === null || summary.accuracy === null || summary.images === 0) return null
  return { x: summary.accuracy, y: summary.verified / summary.images }
}

/** The points that no other one beats in both figures at once, by x. */
export function paretoFront(points: readonly PlotPoint[]): PlotPoint[] {
  const beaten = ({ x, y }: PlotPoint): boolean =>
    points.some((other) => other.x >= x && other.y >= y && (other.x > x || other.y > y))
  return points.filter((point) => !beaten(point)).sort((a, b) => a.x - b.x)
}

/** One moment of a search: what plots of the worst bound and of the branch-and-bound tree over time are drawn from. */
export const searchSampleSchema = z.object({
  seconds: z.number(),
  bound: z.number().nullable().describe('Worst bound; null before there was one'),
  visited: z.int().describe('Domains or nodes bounded so far'),
  open: z.int().nullable().describe('Domains or nodes still open; null where the method does not say'),
  depths: z.array(z.int()).nullable().describe('Open domains by depth, the root first; null where there is no tree'),
})
export type SearchSample = z.infer<typeof searchSampleSchema>

/** Neurons of one activation, means over the images that were looked at. */
const layerStatesSchema = z.object({
  id: z.string(),
  neurons: z.int(),
  active: z.number(),
  inactive: z.number(),
  unstable: z.number(),
  line: z.number().describe('Grafted: a line'),
  zero: z.number().describe('Pruned by activation: gives 0'),
  lowerBound: z.number().describe('Mean lower bound of the pre-activations'),
  histogram: z
    .array(z.int())
    .length(11)
    .describe('Neurons by the share of images on which they are unstable: none, up to a tenth, …, all'),
})

/** What is known of a run's neurons. `before`: as grafting found them; `ranks`: its choice (Chen et al. 2022, Figures 2, 3). */
export const neuronFiguresSchema = z.object({
  images: z.int(),
  layers: z.array(layerStatesSchema),
  before: z.array(z.object({ id: z.string(), histogram: z.array(z.int()).length(11) })),
  ranks: z
    .array(z.array(z.int()).length(10))
    .length(10)
    .nullable()
    .describe('[tenth of the rank of instability][tenth of the rank of significance]: neurons'),
})
export type NeuronFigures = z.infer<typeof neuronFiguresSchema>

/** The lines of one grafted layer: `mask`, `slope`, `intercept` [neurons], the last two only where the mask is 1. */
export const graftedLayerSchema = z.object({
  id: z.string(),
  shape: z.array(z.int()),
  mask: z.array(z.int()),
  slope: z.array(z.number()),
  intercept: z.array(z.number()),
})
export type GraftedLayer = z.infer<typeof graftedLayerSchema>

/** What neurons can be, in the order they are stacked in, with the words for it. */
export const neuronStateWords = [
  ['active', 'active'],
  ['inactive', 'inactive'],
  ['unstable', 'unstable'],
  ['line', 'grafted'],
  ['zero', 'pruned to 0'],
] as const

/** Histograms of |γ|: bins of equal width from 0; the last one holds all that is larger. */
export const scaleBins = { count: 31, width: 0.05 } as const

const scaleCountsSchema = z.array(z.int()).length(scaleBins.count)

/** The scales γ of batch norm while a run was trained: after each epoch, and before the first (epoch 0). */
export const scaleFiguresSchema = z.array(
  z.object({
    stage: z.enum(['train', 'fine-tune']),
    epoch: z.int(),
    counts: scaleCountsSchema.describe('Of all layers'),
    layers: z
      .array(z.object({ id: z.string(), counts: scaleCountsSchema }))
      .describe('In the order of their names; empty for runs of versions that kept only the sum'),
  }),
)
export type ScaleFigures = z.infer<typeof scaleFiguresSchema>
