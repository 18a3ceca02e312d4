// The data of a report, gathered from the history.
import { formatRecipe } from '../jobs/recipe/text.ts'
import { reportHtml, type ReportedRun } from '../report/html/report.ts'
import type { Store } from '../store/store.ts'
import type { DatasetShelf } from './datasets.ts'
import { viewProperties } from './checks.ts'
import { getInstance } from './instance.ts'
import { neuronFigures } from './neurons.ts'
import { getRun } from './runs.ts'

/** Counterexamples shown of each run, at most; and properties in words. */
const [mostPictures, mostProperties] = [24, 50]

/** One HTML file about these runs. @throws EspalierError 'store/missing', 'data/*' where the images are gone */
export async function makeReport(
  store: Store,
  shelf: DatasetShelf,
  ids: readonly string[],
  version: string,
): Promise<string> {
  const runs: ReportedRun[] = []
  for (const id of ids) runs.push(await gather(store, shelf, id))
  const titles = runs.map(({ name }) => name)
  const named = runs.map((run) =>
    titles.filter((title) => title === run.name).length > 1
      ? { ...run, name: `${run.name} (${run.job.title || run.job.name}, ${run.run.id})` }
      : run,
  )
  return reportHtml({ runs: named, version, madeAt: new Date() })
}

async function gather(store: Store, shelf: DatasetShelf, id: string): Promise<ReportedRun> {
  const { run, job, model, dataset } = await getRun(store, id)
  const all = await store.verdicts.ofRun(id)
  const verdicts = all.filter(({ verifier }) => verifier === job.recipe.verify?.method)
  const changed = verdicts.filter(
    ({ counterexample, detail }) => counterexample !== null && detail['misclassified'] !== 1,
  )
  const instances: ReportedRun['instances'][number][] = []
  const aboutImages = job.recipe.properties.length === 0
  for (const { verifier, imageIndex, target } of aboutImages ? changed.slice(0, mostPictures) : [])
    instances.push(await getInstance(store, shelf, { id, verifier, imageIndex, target }))
  const properties = await viewProperties(store, { job, model }, all, mostProperties)
  return {
    name: run.title || run.variant,
    run, job, model, dataset, verdicts, instances, properties,
    recipe: formatRecipe(job.recipe),
    metrics: await store.metrics.curves(id),
    neurons: await neuronFigures(store, id),
  } // prettier-ignore
}
