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

/** `0.982`, as the papers print accuracies. */
export function formatFraction(value: number | null | undefined): string {
  return value === null || value === undefined ? absent : value.toFixed(3)
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
