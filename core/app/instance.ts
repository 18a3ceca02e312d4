// The evidence of one verified image: the picture, the counterexample, their difference, the logits of both.
import type { ApiOutput, ApiParsedInput } from '../contract/api.ts'
import { EspalierError } from '../contract/errors.ts'
import type { VerdictRow } from '../contract/rows.ts'
import { readSearch } from '../jobs/execute/search-trace.ts'
import { loadModel } from '../jobs/execute/models.ts'
import { evaluate64 } from '../nn/index.ts'
import type { Store } from '../store/store.ts'
import type { DatasetShelf } from './datasets.ts'
import { toDifference, toPicture } from './pictures.ts'

/** @throws EspalierError 'store/missing' where run, verdict, model or data are not there */
export async function getInstance(
  store: Store,
  shelf: DatasetShelf,
  input: ApiParsedInput<'runs.instance'>,
): Promise<ApiOutput<'runs.instance'>> {
  const { id: runId, verifier, imageIndex, target } = input
  const run = await store.runs.get(runId)
  const verdict = await store.verdicts.get({ runId, verifier, imageIndex, target })
  if (run?.datasetId == null || run.modelId === null || verdict === null) throw noVerdict(input)
  const { test } = await shelf.reopen(run.datasetId)
  const { network } = await loadModel(store, run.modelId)
  const image = Float64Array.from(test.image(imageIndex))
  const found = await readWitness(store, verdict, image.length)
  const linf =
    found === null ? null : image.reduce((far, value, i) => Math.max(far, Math.abs(found.input[i] - value)), 0)
  const difference = found === null ? null : toDifference(image, found.input, test.shape, linf ?? 0)
  return {
    verdict,
    image: toPicture(image, test.shape),
    counterexample: found === null ? null : toPicture(found.input, test.shape),
    difference: difference?.picture ?? null,
    magnification: difference?.magnification ?? null,
    linf,
    logits: [...evaluate64(network, image)],
    counterexampleLogits: found === null ? null : [...found.output],
    classes: [...test.classes],
    search: await readSearch(store, verdict),
  }
}

/** @throws EspalierError 'store/missing' where there is no such verdict */
export async function getSearch(store: Store, input: ApiParsedInput<'runs.search'>): Promise<ApiOutput<'runs.search'>> {
  const { id: runId, ...question } = input
  const verdict = await store.verdicts.get({ runId, ...question })
  if (verdict === null) throw noVerdict(input)
  return readSearch(store, verdict)
}

function noVerdict({ id, verifier, imageIndex }: ApiParsedInput<'runs.search'>): EspalierError {
  const problem = `There is no verdict of ${verifier} on image ${imageIndex} in ${id}.`
  return new EspalierError('store/missing', problem, 'Reload the run.')
}

/** The artifact of a counterexample: float64 input, then float64 logits. */
export async function readWitness(
  store: Store,
  { counterexample }: VerdictRow,
  inputs: number,
): Promise<{ input: Float64Array; output: Float64Array } | null> {
  if (counterexample === null) return null
  const bytes = Uint8Array.from(await store.artifacts.get(counterexample))
  const values = new Float64Array(bytes.buffer, 0, bytes.length / 8)
  return { input: values.slice(0, inputs), output: values.slice(inputs) }
}
