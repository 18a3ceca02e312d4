// How our charts look: the palette, axes and tooltips in the colours of the theme.
import type { ChartOptions, Scale } from 'chart.js'
import { formatRound } from '../logic/format.ts'
import { readColours } from './chart-kit.ts'

export const palette = ['series-1', 'series-2', 'series-3', 'series-4', 'series-5', 'series-6'] as const
const others = ['muted', 'line', 'surface', 'text'] as const
export type ChartColours = Record<(typeof palette)[number] | (typeof others)[number], string>

export function seriesColour(index: number): (typeof palette)[number] {
  return palette[index % palette.length] ?? 'series-1'
}

export function chartColours(canvas: HTMLCanvasElement, dark: boolean): ChartColours {
  return readColours(canvas.parentElement ?? canvas, dark, [...palette, ...others])
}

export interface AxisStyle {
  readonly text: string
  readonly logarithmic?: boolean
  readonly format?: (value: number) => string
  readonly range?: readonly [number, number] | null
  readonly whole?: boolean
}

export function axis(
  colours: ChartColours,
  { text, logarithmic = false, format, range = null, whole = false }: AxisStyle,
) {
  return {
    type: logarithmic ? ('logarithmic' as const) : ('linear' as const),
    ...(range === null ? {} : { min: range[0], max: range[1] }),
    grid: { color: colours.line, drawTicks: false },
    border: { display: false },
    ...(logarithmic ? { afterBuildTicks: keepDecades } : {}),
    ticks: {
      color: colours.muted,
      padding: 6,
      maxTicksLimit: 6,
      includeBounds: false,
      font: { size: 11 },
      ...(whole ? { precision: 0 } : {}),
      ...(format === undefined ? {} : { callback: (value: string | number) => formatRound(format(Number(value))) }),
    },
    title: { display: text !== '', text, color: colours.muted },
  }
}

/** On a logarithmic axis 10, 100, 1000 say all, where there are two of them: 60 between 10 and 100 says nothing. */
function keepDecades(scale: Scale): void {
  const decades = scale.ticks.filter(({ value }) => {
    const exponent = Math.log10(value)
    return Math.abs(exponent - Math.round(exponent)) < 1e-9
  })
  if (decades.length > 1) scale.ticks = decades
}

export function tooltip(colours: ChartColours) {
  return {
    backgroundColor: colours.surface,
    titleColor: colours.text,
    bodyColor: colours.text,
    borderColor: colours.muted,
    borderWidth: 1,
  } satisfies NonNullable<ChartOptions['plugins']>['tooltip']
}
