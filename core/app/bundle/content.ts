// What a bundle is about: the instances of a run on images, or of a check of properties, with the files of their questions.
import type { VerdictRow } from '../../contract/rows.ts'
import { exportOnnx } from '../../io/onnx/export.ts'
import { translateOnnx } from '../../io/onnx/import/import.ts'
import { bindProperty } from '../../io/vnnlib/bind.ts'
import { parseVnnlib } from '../../io/vnnlib/parse.ts'
import type { ApiOutput } from '../../contract/api.ts'
import type { Network } from '../../nn/index.ts'
import type { Store } from '../../store/store.ts'
import type { Problem } from '../../verify/problem.ts'
import { violationProblems } from '../../verify/vnnlib-problem.ts'
import { stemOf } from '../checks.ts'
import type { DatasetShelf } from '../datasets.ts'
import { bundleFiles, IMAGE_FORMAT, PROPERTY_FORMAT, type BundleFile, type BundleInstance, type ImageManifest, type PropertyManifest } from './manifest.ts' // prettier-ignore
import { writeNpy } from './npy.ts'
import { problemOf, propertyText } from './questions.ts'

/** Everything but evidence, report and lists. */
export interface BundleContent {
  readonly onnx: Uint8Array
  /** The questions, and what they are made of. */
  readonly files: readonly BundleFile[]
  /** One for each row; all problems together are its question. */
  readonly problems: readonly (readonly Problem[])[]
  readonly manifest:
    Pick<ImageManifest, 'format' | 'shape' | 'instances'> | Pick<PropertyManifest, 'format' | 'instances'>
}

interface Asked extends ApiOutput<'runs.get'> {
  readonly store: Store
  readonly network: Network
  /** Of the verifier that was asked. */
  readonly rows: readonly VerdictRow[]
  /** Seconds for each instance. */
  readonly timeoutSeconds: number
}

/** Images of a data set, each with its property as VNN-LIB. */
export async function imageContent(
  { rows, network, job, timeoutSeconds }: Asked,
  shelf: DatasetShelf,
  datasetId: string,
): Promise<BundleContent> {
  const { test } = await shelf.reopen(datasetId)
  const indices = [...new Set(rows.map(({ imageIndex }) => imageIndex))].sort((a, b) => a - b)
  const images = test.batch(indices)
  const instances = rows.map((row) => {
    const { imageIndex: image, label, target, epsilon } = row
    const name = `image-${image}${target === null ? '' : `-to-${target}`}`
    const clip = job.recipe.verify?.clip ?? true
    return { image, row: indices.indexOf(image), label, target, epsilon, clip, ...answerOf(row, name, timeoutSeconds) }
  })
  const problems = instances.map((instance) => problemOf(network, images, instance))
  const properties = instances.map((instance, i) => text(instance.property, propertyText(problems[i], instance)))
  return {
    onnx: exportOnnx(network),
    files: [{ name: bundleFiles.images, content: writeNpy(images, [indices.length, ...test.shape]) }, ...properties],
    problems: problems.map((problem) => [problem]),
    manifest: { format: IMAGE_FORMAT, shape: [...test.shape], instances },
  }
}

/** Properties as they were given; the network as it was given where it came from a file. */
export async function propertyContent({
  store,
  rows,
  network,
  model,
  job,
  timeoutSeconds,
}: Asked): Promise<BundleContent> {
  const onnx = model?.source == null ? exportOnnx(network) : await store.artifacts.get(model.source)
  const ports = translateOnnx(onnx)
  const files: BundleFile[] = []
  const problems: (readonly Problem[])[] = []
  const instances: PropertyManifest['instances'] = []
  for (const row of rows) {
    const { name, file } = job.recipe.properties[row.imageIndex]
    const plain = stemOf(name).replaceAll(/[^\w-]/g, '-').slice(0, 100) // prettier-ignore
    const instance = { name, ...answerOf(row, `${row.imageIndex + 1}-${plain}`, timeoutSeconds) }
    const content = await store.artifacts.get(file)
    instances.push(instance)
    files.push({ name: instance.property, content })
    problems.push(violationProblems(network, bindProperty(parseVnnlib(new TextDecoder().decode(content)), ports)))
  }
  return { onnx, files, problems, manifest: { format: PROPERTY_FORMAT, instances } }
}

function answerOf(
  { verdict, evidence, seconds, counterexample, certificate }: VerdictRow,
  name: string,
  timeoutSeconds: number,
): Pick<
  BundleInstance,
  'timeoutSeconds' | 'verdict' | 'evidence' | 'seconds' | 'property' | 'witness' | 'certificate'
> {
  return {
    timeoutSeconds,
    verdict,
    evidence,
    seconds,
    property: `properties/${name}.vnnlib`,
    witness: counterexample === null ? null : `witnesses/${name}.txt`,
    certificate: certificate === null ? null : `certificates/${name}.json.gz`,
  }
}

/** A file of text. */
export function text(name: string, content: string): BundleFile {
  return { name, content: Buffer.from(content, 'utf8') }
}
