// Figures of neurons as series of bars, and masks of grafted layers as pictures.
import { neuronStateWords, type GraftedLayer, type NeuronFigures } from '../../core/contract/figures.ts'
import type { DataTable } from './table.ts'

/** Shares of each layer's neurons by state; states that no layer has are left out. */
export function neuronStates(layers: NeuronFigures['layers']): { label: string; values: number[] }[] {
  return neuronStateWords
    .map(([key, label]) => ({ label, values: layers.map((layer) => layer[key] / Math.max(1, layer.neurons)) }))
    .filter(({ values }) => values.some((value) => value > 0))
}

/** [row of significance][column of instability] as a picture and a table, from ranks by instability first. */
export function rankPicture(ranks: NonNullable<NeuronFigures['ranks']>): { counts: number[][]; table: DataTable } {
  const counts = ranks.map((_, significance) => ranks.map((column) => column[significance] ?? 0))
  return {
    counts,
    table: {
      columns: [
        { title: 'rank of significance, tenth' },
        ...counts.map((_, at) => ({ title: `rank of instability, tenth ${at + 1}` })),
      ],
      rows: counts.map((row, at) => [at + 1, ...row]),
    },
  }
}

export interface LayersSideBySide {
  readonly layers: readonly string[]
  /** Share of the layer's neurons, and mean lower bound, of each run; null where it has no such layer. */
  readonly unstable: readonly BarSeries[]
  readonly lowerBound: readonly BarSeries[]
  readonly histograms: readonly { readonly layer: string; readonly series: readonly BarSeries[] }[]
}

/** A bar for each category, or none. */
export interface BarSeries {
  readonly label: string
  readonly values: readonly (number | null)[]
}

/** Layers of several runs aligned by name; runs without figures are left out. */
export function layersSideBySide(names: readonly string[], figures: readonly NeuronFigures[]): LayersSideBySide {
  const known = figures.flatMap(({ layers }, at) => (layers.length > 0 ? [{ label: names[at] ?? '', layers }] : []))
  const ids = [...new Set(known.flatMap(({ layers }) => layers.map(({ id }) => id)))]
  type Layer = NeuronFigures['layers'][number]
  const find = (layers: readonly Layer[], id: string) => layers.find((layer) => layer.id === id)
  const series = (of: (layer: Layer) => number) =>
    known.map(({ label, layers }) => ({
      label,
      values: ids.map((id) => {
        const layer = find(layers, id)
        return layer === undefined ? null : of(layer)
      }),
    }))
  return {
    layers: ids,
    unstable: series(({ unstable, neurons }) => unstable / Math.max(1, neurons)),
    lowerBound: series(({ lowerBound }) => lowerBound),
    histograms: ids.map((layer) => ({
      layer,
      series: known.flatMap(({ label, layers }) => {
        const histogram = find(layers, layer)?.histogram
        return histogram === undefined ? [] : [{ label, values: histogram }]
      }),
    })),
  }
}

/** Names of the eleven bins of a histogram of shares. */
export const histogramBins: readonly string[] = [
  'none',
  ...Array.from({ length: 10 }, (_, k) => (k === 9 ? '90–100 %' : `${k === 0 ? '>0' : k * 10}–${k * 10 + 10} %`)),
]

export interface MaskPicture {
  readonly width: number
  readonly height: number
  /** 1: a line, 0: a ReLU, −1: ground between channels; row-major. */
  readonly cells: Int8Array
}

/** Channels of a convolution side by side with a cell between; a dense layer as near to a square as it goes. */
export function maskPicture({ shape, mask }: Pick<GraftedLayer, 'shape' | 'mask'>): MaskPicture {
  const [channels, rows, columns] = shape.length === 3 ? (shape as [number, number, number]) : [1, 1, mask.length]
  if (rows === 1 && columns > 1) return square(mask)
  const across = Math.ceil(Math.sqrt(channels * 2))
  const down = Math.ceil(channels / across)
  const width = across * (columns + 1) - 1
  const height = down * (rows + 1) - 1
  const cells = new Int8Array(width * height).fill(-1)
  for (let c = 0; c < channels; c++) {
    const [left, top] = [(c % across) * (columns + 1), Math.floor(c / across) * (rows + 1)]
    for (let r = 0; r < rows; r++)
      for (let k = 0; k < columns; k++) cells[(top + r) * width + left + k] = mask[(c * rows + r) * columns + k] ?? -1
  }
  return { width, height, cells }
}

function square(mask: readonly number[]): MaskPicture {
  const width = Math.ceil(Math.sqrt(mask.length * 2))
  const height = Math.ceil(mask.length / width)
  const cells = new Int8Array(width * height).fill(-1)
  cells.set(mask)
  return { width, height, cells }
}
