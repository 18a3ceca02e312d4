// Between contract rows and table rows: JSON columns, and numbers that SQLite or JSON cannot hold.

/** Reads a JSON column that this program wrote; the caller says what it wrote. */
export function decode(text: string): unknown {
  return JSON.parse(text)
}

/** Reads a JSON column that may be null. */
export function decodeNullable(text: string | null): unknown {
  return text === null ? null : decode(text)
}

/** Writes a JSON column that may be null. */
export function encodeNullable(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value)
}

/** Only finite numbers: infinities mean "no bound", and JSON knows neither them nor NaN. */
export function finiteOrNull(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null
}

/** The entries of `detail` that are finite. */
export function finiteEntries(detail: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(detail).filter(([, value]) => Number.isFinite(value)))
}
