// How long a stage may still take, as a range: from the pace so far to the limits that were set.
import type { JobGauge } from '../../core/contract/events.ts'
import type { VerdictRow } from '../../core/contract/rows.ts'
import { formatDuration } from './format.ts'
import type { Point } from './series.ts'

export interface Pace {
  /** Verdicts of the run so far. */
  readonly rows: readonly Pick<VerdictRow, 'seconds'>[]
  /** Seconds that one image may take. */
  readonly limit: number
  /** Seconds of the epochs so far. */
  readonly epochs: readonly Point[]
}

export interface Remaining {
  readonly text: string
  readonly note: string
}

/** Null where nothing is known: before the first epoch or image, and in stages that are over soon. */
export function remaining(gauge: JobGauge, { rows, limit, epochs }: Pace): Remaining | null {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  if (gauge.stage === 'verify') {
    if (rows.length === 0) return null
    const images = Math.max(0, gauge.total - gauge.done)
    const pace = mean(rows.map(({ seconds }) => seconds))
    const most = Math.max(0, images * limit - gauge.seconds)
    const likely = Math.min(most, Math.max(0, images * pace - gauge.seconds))
    return { text: range(likely, most), note: 'pace so far – all limits' }
  }
  if ((gauge.stage === 'train' || gauge.stage === 'fine-tune') && epochs.length > 0) {
    const left = gauge.epochs - gauge.epoch + (1 - gauge.batch / Math.max(1, gauge.batches))
    return { text: `≤ ${estimate(left * mean(epochs.map(({ y }) => y)))}`, note: 'of this training' }
  }
  return null
}

function range(low: number, high: number): string {
  const [from, to] = [estimate(low), estimate(high)]
  // A line breaks between the two, never inside of one.
  return from === to ? from : [from, to].map((text) => text.replaceAll(' ', '\u00a0')).join(' – ')
}

/** Of what takes ten minutes nobody knows the seconds. */
function estimate(seconds: number): string {
  const minutes = Math.round(seconds / 60)
  return minutes >= 10 && minutes < 60 ? `${minutes} min` : formatDuration(seconds)
}
