// Plain tables: a header, a rule, aligned columns; and figures as people write them.

export interface Column {
  readonly title: string
  /** Default: right, as figures want it. */
  readonly align?: 'left' | 'right'
}

/** Lines of a table, indented by two spaces; a row `null` is a rule. Empty columns at the end of a row may be left out. */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[] | null)[]): string {
  const widths = columns.map(({ title }, c) => Math.max(width(title), ...rows.map((row) => width(row?.[c] ?? ''))))
  const line = (cells: readonly string[]): string => {
    const padded = columns.map(({ align }, c) => {
      const cell = cells.at(c) ?? ''
      const gap = ' '.repeat(widths[c] - width(cell))
      return align === 'left' ? cell + gap : gap + cell
    })
    return `  ${padded.join('   ')}`.trimEnd()
  }
  const rule = `  ${widths.map((w) => '─'.repeat(w)).join('───')}`
  return [line(columns.map(({ title }) => title)), rule, ...rows.map((row) => (row === null ? rule : line(row)))].join(
    '\n',
  )
}

function width(text: string): number {
  return Array.from(text).length
}

const absent = '–'

/** `53,088` */
export function formatCount(value: number | null | undefined): string {
  return value === null || value === undefined ? absent : value.toLocaleString('en-US')
}

/** `98.12 %` of 0.9812. */
export function formatShare(value: number | null | undefined, digits = 1): string {
  return value === null || value === undefined ? absent : `${(value * 100).toFixed(digits)} %`
}

/** `0.40 pp` of 0.004: what lies between two shares is percentage points. */
export function formatPoints(difference: number | null): string {
  return difference === null ? absent : `${(difference * 100).toFixed(2)} pp`
}

/** `0.982`, as the papers print accuracies. */
export function formatFraction(value: number | null | undefined): string {
  return value === null || value === undefined ? absent : value.toFixed(3)
}

/** `FGSM robust, ε 0.1`: a title with the radii its figures are for; where those differ, each in its turn. */
export function atEpsilon(title: string, epsilons: readonly (number | null | undefined)[]): string {
  const known = [...new Set(epsilons)].filter((value) => value !== null && value !== undefined)
  if (known.length === 0) return title
  return `${title}, ε ${known.map((value) => String(Number(value.toPrecision(4)))).join(' and ')}`
}

/** `45 ms`, `3.21 s`, `2 min 05 s`, `1 h 12 min`. */
export function formatSeconds(value: number | null | undefined): string {
  if (value === null || value === undefined) return absent
  if (value < 0.9995) return `${Math.round(value * 1000)} ms`
  if (value < 60) return `${value.toFixed(value < 10 ? 2 : 1)} s`
  const whole = Math.round(value)
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`
}

/** `2026-11-22 14:05`, in the time of this machine. */
export function formatTime(iso: string): string {
  const date = new Date(iso)
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-')
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`
}
