// Both sides of a comparison: rows, verdicts and curves of two runs, asked for anew when something finishes.
import type { Connection } from '../../client/connection.ts'
import type { Side } from '../../logic/compare.ts'
import { mergePoints, noCurves, type Curves } from '../../logic/series.ts'

export interface LoadedSide extends Side {
  readonly curves: Curves
}

export async function loadSide(client: Connection, id: string): Promise<LoadedSide> {
  const [{ run, job, dataset }, verdicts, points] = await Promise.all([
    client.call('runs.get', { id }),
    client.call('runs.verdicts', { id }),
    client.call('runs.metrics', { id }),
  ])
  return { run, job, dataset, verdicts, curves: mergePoints(noCurves, points) }
}

/** What a side is called where its name alone could be ambiguous. */
export function sideName({ run, job }: Side): string {
  return `${run.title || run.variant} · ${job.title || job.name}`
}
