// Figures as people read them: counts, shares, seconds, dates; an en dash where there is no figure.
const none = '–'
const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const dateTime = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' })

export function formatCount(value: number | null | undefined): string {
  return value === null || value === undefined ? none : grouped.format(value)
}

/** 0.9824 → `98.2 %`. */
export function formatShare(value: number | null | undefined, digits = 1): string {
  return value === null || value === undefined ? none : `${(value * 100).toFixed(digits)} %`
}

/** `0.4 pp` of 0.004: what lies between two shares is percentage points. */
export function formatPoints(magnitude: number, digits = 1): string {
  return `${(magnitude * 100).toFixed(digits)} pp`
}

/** `FGSM robust, ε 0.1`: a title with the radii its figures are for; where those differ, each in its turn. */
export function atEpsilon(title: string, epsilons: readonly (number | null | undefined)[]): string {
  const known = [...new Set(epsilons)].filter((value) => value !== null && value !== undefined)
  return known.length === 0 ? title : `${title}, ε ${known.map((value) => formatValue(value, 4)).join(' and ')}`
}

/** Short times keep three figures, long ones become minutes and hours. */
export function formatSeconds(value: number | null | undefined): string {
  if (value === null || value === undefined) return none
  if (value > 0 && value < 0.0005) return '< 1 ms'
  if (value < 0.0995) return `${(value * 1000).toFixed(0)} ms`
  if (value < 10) return `${value.toFixed(2)} s`
  if (value < 99.5) return `${value.toFixed(1)} s`
  return formatDuration(value)
}

/** Of a round figure, as ticks are, only what it needs: `80.0 %` is `80 %`, `0.10 s` is `0.1 s`. */
export function formatRound(text: string): string {
  return text.replace(/\.(\d*?)0+(?= )/, (_, kept: string) => (kept === '' ? '' : `.${kept}`))
}

/** Whole seconds as `4 min 05 s` or `2 h 03 min`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  if (hours > 0) return `${hours} h ${String(minutes).padStart(2, '0')} min`
  if (minutes > 0) return `${minutes} min ${String(rest).padStart(2, '0')} s`
  return `${rest} s`
}

/** Typed text as a number, `8/255` too; null where nothing was typed; other text as it is, so that the check can name it. */
export function parseNumber(text: string): number | string | null {
  const plain = text.trim()
  if (plain === '') return null
  const fraction = /^([\d.]+)\s*\/\s*([\d.]+)$/.exec(plain)
  const value = fraction === null ? Number(plain) : Number(fraction[1]) / Number(fraction[2])
  return Number.isFinite(value) ? value : text
}

/** A value with as many figures as it deserves, minus sign included: −0.0123, 4.20, 1.3e−7. */
export function formatValue(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined) return none
  if (value === 0) return '0'
  const size = Math.abs(value)
  const text =
    size >= 1e-4 && size < 1e6 ? Number(value.toPrecision(digits)).toString() : value.toExponential(digits - 1)
  return text.replaceAll('-', '−')
}

/** Memory, in the units in which it is bought and capped: `312 MiB`, `1.5 GiB`. */
export function formatMemory(bytes: number): string {
  const gibibytes = bytes / 2 ** 30
  return gibibytes < 1 ? `${Math.round(bytes / 2 ** 20)} MiB` : `${formatValue(gibibytes)} GiB`
}

/** A difference with its sign: `+0.4`, `−12`. */
export function formatDelta(value: number, format: (magnitude: number) => string): string {
  if (value === 0) return '±0'
  return `${value > 0 ? '+' : '−'}${format(Math.abs(value))}`
}

export function formatDateTime(iso: string | null): string {
  return iso === null ? none : dateTime.format(new Date(iso))
}

/** `just now`, `5 min ago`, `yesterday's date` after a day. */
export function formatAgo(iso: string, now: number): string {
  const seconds = (now - Date.parse(iso)) / 1000
  if (seconds < 60) return 'just now'
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`
  return formatDateTime(iso)
}

/** Seconds from start to finish, or to now while it runs; null before the start. */
export function elapsedSeconds(startedAt: string | null, finishedAt: string | null, now: number): number | null {
  if (startedAt === null) return null
  return ((finishedAt === null ? now : Date.parse(finishedAt)) - Date.parse(startedAt)) / 1000
}

/** `28 × 28` for one channel, `3 × 32 × 32` for more; other shapes joined alike. */
export function formatShape(shape: readonly number[]): string {
  return shape.join(' × ')
}
