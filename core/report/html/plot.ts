// Plots as inline SVG: lines, steps or points on linear or logarithmic axes, with their figures as a table below.
import type { PlotPoint } from '../../contract/figures.ts'
import { html, type Markup } from './markup.ts'
import { number } from './format.ts'

export interface PlotSeries {
  readonly label: string
  readonly points: readonly PlotPoint[]
  /** Place in the palette; default: that of the series. */
  readonly colour?: number
  readonly dashed?: boolean
}

export interface Axis {
  readonly label: string
  readonly logarithmic?: boolean
  readonly format?: (value: number) => string
  /** Both ends, where the data should not decide them. */
  readonly range?: readonly [number, number]
}

export interface PlotOptions {
  readonly title: string
  readonly x: Axis
  readonly y: Axis
  readonly series: readonly PlotSeries[]
  /** Default `line`; `step`: each value holds until the next. */
  readonly form?: 'line' | 'step' | 'points'
}

const [width, height] = [560, 300]
const frame = { left: 76, right: 16, top: 14, bottom: 44 }
/** Figures in a table, at most: all of them are in the CSV files. */
const mostRows = 200

export function plot(options: PlotOptions): Markup {
  const { title, x, y, series } = options
  const points = series.flatMap((one) => one.points)
  if (points.length === 0) return html``
  const across = scaleOf(x, points.map((point) => point.x), [frame.left, width - frame.right]) // prettier-ignore
  const up = scaleOf(y, points.map((point) => point.y), [height - frame.bottom, frame.top]) // prettier-ignore
  return html`<figure class="plot">
    <figcaption>${title}</figcaption>
    ${legend(series)}
    <svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}; its figures are in the table below">
      ${grid(across, up, x, y)} ${series.map((one, i) => drawn(one, i, across, up, options.form ?? 'line'))}
    </svg>
    ${figures(options)}
  </figure>`
}

interface Scale {
  readonly ticks: readonly number[]
  place(value: number): number
}

function scaleOf(
  { logarithmic = false, range }: Axis,
  values: readonly number[],
  ends: readonly [number, number],
): Scale {
  const change = logarithmic
    ? (value: number) => Math.log10(Math.max(value, Number.MIN_VALUE))
    : (value: number) => value
  const [low, high] = (range ?? [Math.min(...values), Math.max(...values)]).map(change)
  const [from, to] = logarithmic
    ? [Math.floor(low), Math.max(Math.ceil(high), Math.floor(low) + 1)]
    : padded(low, high, range !== undefined)
  const ticks = logarithmic ? Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i)) : niceTicks(from, to)
  const place = (value: number): number => ends[0] + ((change(value) - from) / (to - from)) * (ends[1] - ends[0])
  return { ticks, place }
}

function padded(low: number, high: number, exact: boolean): [number, number] {
  if (exact && high > low) return [low, high]
  const room = high > low ? (high - low) * 0.05 : Math.max(Math.abs(high) * 0.1, 0.5)
  return [low - room, high + room]
}

/** About five round numbers. */
function niceTicks(from: number, to: number): number[] {
  const raw = (to - from) / 5
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= raw) ?? 10) * power
  const first = Math.ceil(from / step - 1e-9)
  const last = Math.floor(to / step + 1e-9)
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)))
}

function grid(across: Scale, up: Scale, x: Axis, y: Axis): Markup {
  const bottom = height - frame.bottom
  const vertical = across.ticks.map((tick) => {
    const at = across.place(tick).toFixed(1)
    return html`<path class="grid" d="M${at} ${frame.top}V${bottom}" /><text
        x="${at}"
        y="${bottom + 16}"
        text-anchor="middle"
        >${(x.format ?? number)(tick)}</text
      >`
  })
  const horizontal = up.ticks.map((tick) => {
    const at = up.place(tick)
    return html`<path class="grid" d="M${frame.left} ${at.toFixed(1)}H${width - frame.right}" /><text
        x="${frame.left - 8}"
        y="${(at + 4).toFixed(1)}"
        text-anchor="end"
        >${(y.format ?? number)(tick)}</text
      >`
  })
  const middle = (frame.top + bottom) / 2
  return html`${vertical}${horizontal}
    <text class="axis" x="${(frame.left + width - frame.right) / 2}" y="${height - 8}" text-anchor="middle"
      >${x.label}</text
    >
    <text class="axis" x="11" y="${middle}" text-anchor="middle" transform="rotate(-90 11 ${middle})">${y.label}</text>`
}

function drawn(
  { points, colour, dashed = false }: PlotSeries,
  index: number,
  across: Scale,
  up: Scale,
  form: 'line' | 'step' | 'points',
): Markup {
  const style = `s${((colour ?? index) % 6) + 1}`
  const places = points.map(({ x, y }) => [across.place(x).toFixed(1), up.place(y).toFixed(1)] as const)
  const dots = places.map(([x, y]) => html`<circle class="${style}" cx="${x}" cy="${y}" r="4" />`)
  if (form === 'points' || points.length === 1) return html`${dots}`
  const path = places
    .map(([x, y], i) => (i === 0 ? `M${x} ${y}` : form === 'step' ? `H${x}V${y}` : `L${x} ${y}`))
    .join('')
  return html`<path class="line ${style}${dashed ? ' dashed' : ''}" d="${path}" />`
}

export function legend(series: readonly Pick<PlotSeries, 'label' | 'colour' | 'dashed'>[]): Markup {
  return html`<ul class="legend">
    ${series.map(
      ({ label, colour, dashed = false }, i) =>
        html`<li><i class="s${((colour ?? i) % 6) + 1}${dashed ? ' half' : ''}"></i>${label}</li>`,
    )}
  </ul>`
}

function figures({ x, y, series }: PlotOptions): Markup {
  const rows = series.flatMap(({ label, points }) => points.map((point) => ({ label, point })))
  const cut = rows.length > mostRows ? html`<p>The first ${mostRows} of ${rows.length} figures.</p>` : null
  return html`<details>
    <summary>As a table</summary>
    ${cut}
    <table>
      <thead>
        <tr>
          <th>${''}</th>
          <th>${x.label}</th>
          <th>${y.label}</th>
        </tr>
      </thead>
      <tbody>
        ${rows.slice(0, mostRows).map(
          ({ label, point }) =>
            html`<tr>
              <td>${label}</td>
              <td>${(x.format ?? number)(point.x)}</td>
              <td>${(y.format ?? number)(point.y)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </details>`
}
