// The reviewer's bundle of a run: network, properties, results, witnesses, certificates and report, ready to be run again.
import { createHash } from 'node:crypto'
import { EspalierError } from '../../contract/errors.ts'
import type { VerdictRow } from '../../contract/rows.ts'
import { clampWitness, writeWitness } from '../../io/vnncomp/witness.ts'
import { loadModel } from '../../jobs/execute/models.ts'
import { formatRecipe } from '../../jobs/recipe/text.ts'
import { evaluate64, networkHash, serializeNetwork } from '../../nn/index.ts'
import { verdictsToCsv } from '../../report/verdicts-csv.ts'
import type { Store } from '../../store/store.ts'
import { Replay } from '../../verify/replay.ts'
import type { Problem } from '../../verify/problem.ts'
import type { DatasetShelf } from '../datasets.ts'
import { readWitness } from '../instance.ts'
import { getRun } from '../runs.ts'
import { imageContent, propertyContent, text } from './content.ts'
import { BUNDLE_VERSION, bundleFiles, type BundleFile, type BundleInstance, type Manifest } from './manifest.ts'
import { instancesText, resultsText } from './questions.ts'
import { readmeText } from './readme.ts'

export interface BundleRequest {
  readonly store: Store
  readonly shelf: DatasetShelf
  readonly runId: string
  /** Of Espalier. */
  readonly version: string
  /** The report as one HTML file. */
  readonly report: string
}

/** All files, the manifest last. @throws EspalierError 'store/missing' where the run has no model, data or verdicts yet */
export async function makeBundle({
  store,
  shelf,
  runId,
  version,
  report,
}: BundleRequest): Promise<readonly BundleFile[]> {
  const parts = await getRun(store, runId)
  const { run, job, model, dataset } = parts
  const verdicts = await store.verdicts.ofRun(runId)
  const { verify, properties } = job.recipe
  const rows = verdicts.filter(({ verifier }) => verifier === verify?.method)
  if (model === null || verify === null || rows.length === 0 || (dataset === null && properties.length === 0))
    throw new EspalierError(
      'store/missing',
      `The run ${runId} has verified nothing yet.`,
      'Wait for its first verdict.',
    )
  const { network } = await loadModel(store, model.id)
  const asked = { ...parts, store, network, rows, timeoutSeconds: run.timeoutSeconds ?? verify.timeoutSeconds }
  const content = dataset === null ? await propertyContent(asked) : await imageContent(asked, shelf, dataset.id)
  const { instances, format } = content.manifest
  const title = run.title || run.variant
  const files: BundleFile[] = [
    text(bundleFiles.readme, readmeText(title, version, format)),
    text(bundleFiles.report, report),
    { name: bundleFiles.network, content: serializeNetwork(network) },
    { name: bundleFiles.onnx, content: content.onnx },
    text(bundleFiles.instances, instancesText(instances)),
    text(bundleFiles.results, resultsText(instances)),
    text(bundleFiles.verdicts, verdictsToCsv(verdicts)),
    text(bundleFiles.run, JSON.stringify({ run, job, model, dataset }, null, 2)),
    text(bundleFiles.recipe, formatRecipe(job.recipe)),
    ...content.files,
  ]
  for (const [i, instance] of instances.entries())
    files.push(...(await evidenceFiles(store, rows[i], instance, content.problems[i])))
  const manifest: Manifest = {
    ...content.manifest,
    version: BUNDLE_VERSION,
    espalier: version,
    madeAt: new Date().toISOString(),
    title,
    network: networkHash(network),
    files: files.map((file) => ({ name: file.name, bytes: file.content.length, sha256: sha256(file.content) })),
  }
  return [...files, text(bundleFiles.manifest, `${JSON.stringify(manifest, null, 1)}\n`)]
}

async function evidenceFiles(
  store: Store,
  row: VerdictRow,
  { witness, certificate }: BundleInstance,
  problems: readonly Problem[],
): Promise<BundleFile[]> {
  const files: BundleFile[] = []
  if (certificate !== null && row.certificate !== null)
    files.push({ name: certificate, content: await store.artifacts.get(row.certificate) })
  const found = problems.length > 0 && (await readWitness(store, row, problems[0].box.lower.length))
  if (witness !== null && found) files.push(text(witness, witnessText(problems, found.input)))
  return files
}

/** Other verifiers read float32: such values where they are a counterexample too, else the doubles that were found. */
function witnessText(problems: readonly Problem[], found: Float64Array): string {
  const violated = problems.find((problem) => new Replay(problem).accept(found)) ?? problems[0]
  const rounded = clampWitness(found, violated.box)
  const input = new Replay(violated).accept(rounded) ? rounded : found
  return writeWitness({ input, output: evaluate64(violated.network, input) })
}

export function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}
