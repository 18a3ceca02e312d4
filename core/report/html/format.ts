// Figures as a report prints them; an en dash where there is no figure.
const none = '–'

export const count = (value: number | null): string => (value === null ? none : value.toLocaleString('en-US'))
export const share = (value: number | null): string => (value === null ? none : `${(value * 100).toFixed(1)} %`)

/** Of a round share, as on an axis: `80 %`. */
export const roundShare = (value: number): string => `${Number((value * 100).toFixed(1))} %`

export function seconds(value: number | null): string {
  if (value === null) return none
  if (value < 0.0995) return `${(value * 1000).toFixed(value < 0.001 ? 1 : 0)} ms`
  return value < 600 ? `${Number(value.toPrecision(3))} s` : `${(value / 60).toFixed(1)} min`
}

/** A few digits, as short as they can be. */
export function number(value: number | null): string {
  return value === null ? none : String(Number(value.toPrecision(4)))
}
