// What a job is doing now, in words and real counts; never a made-up percentage.
import type { JobGauge } from '../../core/contract/events.ts'
import type { VariantOptions } from '../../core/contract/recipe.ts'
import type { RunRow } from '../../core/contract/rows.ts'
import { formatCount, formatSeconds, formatValue } from './format.ts'
import { methodTitle } from './words.ts'

export interface GaugeText {
  readonly text: string
  /** Work done of work planned, where both are known counts. */
  readonly done: number | null
  readonly total: number | null
}

function verifyText(gauge: Extract<JobGauge, { stage: 'verify' }>): string {
  const parts = [
    `${gauge.done} of ${gauge.total} ${gauge.properties === true ? 'properties' : 'images'} done`,
    `${gauge.properties === true ? `property ${gauge.imageIndex + 1}` : `image ${gauge.imageIndex}`}: ${methodTitle(gauge.method)}`,
  ]
  parts.push(formatSeconds(gauge.seconds))
  if (gauge.domainsVisited !== null) parts.push(`${formatCount(gauge.domainsVisited)} domains visited`)
  if (gauge.domainsOpen !== null) parts.push(`${formatCount(gauge.domainsOpen)} open`)
  if (gauge.worstBound !== null) parts.push(`worst bound ${formatValue(gauge.worstBound)}, goal above 0`)
  return parts.join(' · ')
}

export function gaugeText(gauge: JobGauge): GaugeText {
  switch (gauge.stage) {
    case 'train':
    case 'fine-tune': {
      const text = `epoch ${gauge.epoch} of at most ${gauge.epochs} · batch ${gauge.batch} of ${gauge.batches} · ${formatCount(gauge.samplesPerSecond)} images/s`
      return { text, done: (gauge.epoch - 1) * gauge.batches + gauge.batch, total: gauge.epochs * gauge.batches }
    }
    case 'verify':
      return { text: verifyText(gauge), done: gauge.done, total: gauge.total }
    default:
      return { text: gauge.message, done: null, total: null }
  }
}

/** The stages a variant goes through, in order. */
export function stagesOf(variant: VariantOptions | undefined, verifies: boolean, checks = false): string[] {
  if (variant === undefined) return []
  // A check has no data to be evaluated on.
  if (checks) return ['load', 'verify']
  const stages = ['load']
  if (variant.train !== undefined || variant.from === undefined) stages.push('train')
  if (variant.simplify.method !== 'none') stages.push('simplify')
  if (variant.fineTune !== undefined) stages.push('fine-tune')
  stages.push('evaluate')
  if (verifies) stages.push('verify')
  return stages
}

export type StageState = 'done' | 'now' | 'waiting' | 'stopped'

/** How far a stage of a run is. A run may wait between stages: for the other variants, before images are chosen. */
export function stageState(run: Pick<RunRow, 'state' | 'stage'>, stages: readonly string[], stage: string): StageState {
  if (run.state === 'done') return 'done'
  const [current, index] = [stages.indexOf(run.stage), stages.indexOf(stage)]
  if (index < current) return 'done'
  if (index > current) return 'waiting'
  if (run.state === 'waiting') return 'waiting'
  return run.state === 'running' ? 'now' : 'stopped'
}
