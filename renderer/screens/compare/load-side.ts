// One side of a comparison: rows, all verdicts, curves and layers of a run, asked for anew when something finishes.
import type { VariantOptions } from '../../../core/contract/recipe.ts'
import type { ModelRow, RunRow, VerdictRow } from '../../../core/contract/rows.ts'
import type { Connection } from '../../client/connection.ts'
import type { Side } from '../../logic/fairness.ts'
import { mergePoints, noCurves, type Curves } from '../../logic/series.ts'
import { madeFrom } from '../../logic/settings.ts'
import type { LayerRow } from '../../logic/side-rows.ts'

export interface LoadedSide extends Side {
  readonly curves: Curves
  readonly layers: readonly LayerRow[]
  /** Every variant it came from, of other recipes too: the first one first, its own last. */
  readonly made: readonly VariantOptions[]
  /** All runs of its job. */
  readonly siblings: readonly RunRow[]
}

const verdictPage = 5_000

export async function loadSide(client: Connection, id: string): Promise<LoadedSide> {
  const { run, job, dataset, model } = await client.call('runs.get', { id })
  const [verdicts, points, network, { runs: siblings }] = await Promise.all([
    allVerdicts(client, id),
    client.call('runs.metrics', { id }),
    model === null ? null : client.call('models.get', { id: model.id }),
    client.call('jobs.get', { id: job.id }),
  ])
  const elsewhere = await variantsElsewhere(client, network?.lineage ?? [], job.id)
  const made = [...elsewhere, ...madeFrom(job.recipe, run.variant)]
  const curves = mergePoints(noCurves, points)
  return { run, job, dataset, verdicts, layers: network?.layers ?? [], made, siblings, curves }
}

/** The variants of other jobs that a network came from, the first one first; imported networks have none. */
async function variantsElsewhere(
  client: Connection,
  lineage: readonly ModelRow[],
  jobId: string,
): Promise<VariantOptions[]> {
  const ids = new Set(lineage.map(({ runId }) => runId).filter((id) => id !== null))
  const found = await Promise.all([...ids].map((id) => client.call('runs.get', { id })))
  return found.flatMap(({ run, job }) =>
    job.id === jobId ? [] : job.recipe.variants.filter(({ name }) => name === run.variant),
  )
}

async function allVerdicts(client: Connection, id: string): Promise<VerdictRow[]> {
  const rows: VerdictRow[] = []
  for (;;) {
    const page = await client.call('runs.verdicts', { id, limit: verdictPage, offset: rows.length })
    rows.push(...page)
    if (page.length < verdictPage) return rows
  }
}

/** What runs are called: their titles, with the job's where two are alike, with a letter where that is alike too. */
export function sideNames(sides: readonly Side[]): string[] {
  const plain = sides.map(({ run }) => run.title || run.variant)
  const longer = sides.map(({ job }, at) => `${plain[at] ?? ''} · ${job.title || job.name}`)
  return plain.map((name, at) => {
    if (plain.filter((other) => other === name).length === 1) return name
    const long = longer[at] ?? name
    return longer.filter((other) => other === long).length === 1 ? long : `${String.fromCharCode(65 + at)}: ${long}`
  })
}
