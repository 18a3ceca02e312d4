// The reviewer's bundle of a run: network, properties, results, witnesses, certificates and report, ready to be run again.
import { createHash } from 'node:crypto'
import { EspalierError } from '../../contract/errors.ts'
import type { VerdictRow } from '../../contract/rows.ts'
import { clampWitness, writeWitness } from '../../io/vnncomp/witness.ts'
import { exportOnnx } from '../../io/onnx/export.ts'
import { loadModel } from '../../jobs/execute/models.ts'
import { formatRecipe } from '../../jobs/recipe/text.ts'
import { evaluate64, networkHash, serializeNetwork, type Network } from '../../nn/index.ts'
import { verdictsToCsv } from '../../report/verdicts-csv.ts'
import type { Store } from '../../store/store.ts'
import { Replay } from '../../verify/replay.ts'
import type { Problem } from '../../verify/problem.ts'
import type { DatasetShelf } from '../datasets.ts'
import { readWitness } from '../instance.ts'
import { getRun } from '../runs.ts'
import { BUNDLE_FORMAT, BUNDLE_VERSION, bundleFiles, type BundleFile, type BundleInstance, type Manifest } from './manifest.ts' // prettier-ignore
import { writeNpy } from './npy.ts'
import { instancesText, problemOf, propertyText, resultsText } from './questions.ts'
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
  const { run, job, model, dataset } = await getRun(store, runId)
  const verdicts = await store.verdicts.ofRun(runId)
  const { verify } = job.recipe
  const rows = verdicts.filter(({ verifier }) => verifier === verify?.method)
  if (model === null || dataset === null || verify === null || rows.length === 0)
    throw new EspalierError(
      'store/missing',
      `The run ${runId} has verified nothing yet.`,
      'Wait for its first verdict.',
    )
  const { network } = await loadModel(store, model.id)
  const { test } = await shelf.reopen(dataset.id)
  const indices = [...new Set(rows.map(({ imageIndex }) => imageIndex))].sort((a, b) => a - b)
  const images = test.batch(indices)
  const instances = rows.map((row) => describe(row, indices.indexOf(row.imageIndex), verify))
  const text = (name: string, content: string): BundleFile => ({ name, content: Buffer.from(content, 'utf8') })
  const files: BundleFile[] = [
    text(bundleFiles.readme, readmeText(run.title || run.variant, version)),
    text(bundleFiles.report, report),
    { name: bundleFiles.network, content: serializeNetwork(network) },
    { name: bundleFiles.onnx, content: exportOnnx(network) },
    { name: bundleFiles.images, content: writeNpy(images, [indices.length, ...test.shape]) },
    text(bundleFiles.instances, instancesText(instances)),
    text(bundleFiles.results, resultsText(instances)),
    text(bundleFiles.verdicts, verdictsToCsv(verdicts)),
    text(bundleFiles.run, JSON.stringify({ run, job, model, dataset }, null, 2)),
    text(bundleFiles.recipe, formatRecipe(job.recipe)),
  ]
  for (const [i, instance] of instances.entries()) {
    const problem = problemOf(network, images, instance)
    files.push(text(instance.property, propertyText(problem, instance)))
    files.push(...(await evidenceFiles(store, rows[i], instance, network, problem)))
  }
  const manifest: Manifest = {
    format: BUNDLE_FORMAT,
    version: BUNDLE_VERSION,
    espalier: version,
    madeAt: new Date().toISOString(),
    title: run.title || run.variant,
    network: networkHash(network),
    shape: [...test.shape],
    instances,
    files: files.map(({ name, content }) => ({ name, bytes: content.length, sha256: sha256(content) })),
  }
  return [...files, text(bundleFiles.manifest, `${JSON.stringify(manifest, null, 1)}\n`)]
}

function describe(
  { imageIndex: image, label, target, epsilon, verdict, evidence, seconds, counterexample, certificate }: VerdictRow,
  row: number,
  { clip, timeoutSeconds }: { readonly clip: boolean; readonly timeoutSeconds: number },
): BundleInstance {
  const name = `image-${image}${target === null ? '' : `-to-${target}`}`
  return {
    image, row, label, target, epsilon, clip, timeoutSeconds, verdict, evidence, seconds,
    property: `properties/${name}.vnnlib`,
    witness: counterexample === null ? null : `witnesses/${name}.txt`,
    certificate: certificate === null ? null : `certificates/${name}.json.gz`,
  } // prettier-ignore
}

async function evidenceFiles(
  store: Store,
  row: VerdictRow,
  { witness, certificate }: BundleInstance,
  network: Network,
  problem: Problem,
): Promise<BundleFile[]> {
  const files: BundleFile[] = []
  if (certificate !== null && row.certificate !== null)
    files.push({ name: certificate, content: await store.artifacts.get(row.certificate) })
  const found = await readWitness(store, row, problem.box.lower.length)
  if (witness !== null && found !== null) {
    // Other verifiers read float32: such values where they are a counterexample too, else the doubles that were found.
    const rounded = clampWitness(found.input, problem.box)
    const input = new Replay(problem).accept(rounded) ? rounded : found.input
    const content = writeWitness({ input, output: evaluate64(network, input) })
    files.push({ name: witness, content: Buffer.from(content, 'utf8') })
  }
  return files
}

export function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}
