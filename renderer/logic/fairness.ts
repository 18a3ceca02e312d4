// What makes a comparison of runs unfair, in words: other data, images, radii, limits, machines; runs that are not over.
import type { DatasetRow, JobRow, RunRow, VerdictRow } from '../../core/contract/rows.ts'
import { formatValue } from './format.ts'

export interface Side {
  readonly run: RunRow
  readonly job: JobRow
  readonly dataset: DatasetRow | null
  readonly verdicts: readonly VerdictRow[]
}

/** What `auto` says of its choice: a measurement, never twice the same. */
export const providerReason = 'provider chosen because'

/** Everything that makes the comparison unfair, in words; empty when the runs are alike. */
export function differences(a: Side, b: Side): string[] {
  const found: string[] = []
  const images = (side: Side) =>
    side.verdicts
      .map((row) => row.imageIndex)
      .sort((x, y) => x - y)
      .join(',')
  const hardware = (side: Side) =>
    JSON.stringify(Object.entries(side.job.environment).filter(([name]) => name !== providerReason).sort()) // prettier-ignore
  if (a.dataset && b.dataset && a.dataset.hash !== b.dataset.hash)
    found.push('They were trained and verified on different data.')
  if (isOver(a) && isOver(b) && images(a) !== images(b))
    found.push('The images verified differ; only those in both are paired.')
  if (a.run.epsilon !== b.run.epsilon)
    found.push(`The ε of verification differs: ${a.run.epsilon ?? '–'} and ${b.run.epsilon ?? '–'}.`)
  const fgsm = [a, b].map(({ run }) => run.summary?.robustnessEpsilon ?? null)
  if (!fgsm.includes(null) && fgsm[0] !== fgsm[1])
    found.push(`The ε of FGSM differs: ${fgsm.join(' and ')}; robustness figures are not comparable.`)
  if (a.run.timeoutSeconds !== b.run.timeoutSeconds)
    found.push(
      `The time limits differ: ${formatValue(a.run.timeoutSeconds)} s and ${formatValue(b.run.timeoutSeconds)} s.`,
    )
  if (a.job.id !== b.job.id && hardware(a) !== hardware(b))
    found.push('Versions, provider or hardware differ: times are not comparable.')
  return found
}

/** What a run that is not over, or that failed, has to show; nothing of one that is done. */
function stateWarning({ run: { state } }: Pick<Side, 'run'>, name: string): string[] {
  if (state === 'waiting') return [`${name} has not begun: there is nothing of it to compare yet.`]
  if (state === 'running' || state === 'interrupted') return [`${name} is not over: its figures are those so far.`]
  return state === 'failed' ? [`${name} failed: it has the figures up to there.`] : []
}

const isOver = ({ run: { state } }: Side): boolean =>
  state !== 'waiting' && state !== 'running' && state !== 'interrupted'

/** What makes comparing others with the baseline unfair; with several others each sentence names its run. */
export function warnings(sides: readonly Side[], names: readonly string[]): string[] {
  const [base, ...others] = sides
  if (base === undefined) return []
  return [
    ...sides.flatMap((side, at) => stateWarning(side, names[at] ?? '')),
    ...others.flatMap((other, at) =>
      differences(base, other).map((text) => (others.length === 1 ? text : `${names[at + 1] ?? ''}: ${text}`)),
    ),
  ]
}
