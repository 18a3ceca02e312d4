// Reading the files that people give, in a process of its own: what is inside, and a network taken into the history.
import { EspalierError } from '../../contract/errors.ts'
import type { NetworkReport, PropertyReport } from '../../contract/files.ts'
import {
  bindProperty,
  describeProperty,
  importOnnx,
  networkNameOf,
  parseVnnlib,
  readOnnxBytes,
  readOnnxFile,
  readVnnlibFile,
  readVnnlibText,
  type ImportedModel,
} from '../../io/index.ts'
import { countNeurons, countParameters, layerTable } from '../../nn/index.ts'
import type { Store } from '../../store/store.ts'
import type { NamedFile } from '../protocol.ts'
import { recordImported } from '../execute/models.ts'
import { requireFit } from '../execute/start-network.ts'

export interface Inspection {
  readonly network: NetworkReport | null
  readonly property: PropertyReport | null
}

/**
 * What is in a network file, a property file, or both; both must fit each other.
 * @throws EspalierError of the readers
 */
export async function inspectFiles(network: NamedFile | null, property: NamedFile | null): Promise<Inspection> {
  const model = network && (await about(network, () => readOnnxFile(network.path)))
  const read = property && (await about(property, () => readVnnlibFile(property.path)))
  if (model !== null && read !== null) bindProperty(read, model)
  return { network: model && reportOf(model), property: read && describeProperty(read) }
}

/** What is wrong with a file is said with its name: two may have been given, and others before. */
async function about<T>({ name }: NamedFile, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (thrown) {
    if (!(thrown instanceof EspalierError) || thrown.message.includes(name)) throw thrown
    throw new EspalierError(thrown.code, `${name}: ${thrown.message}`, thrown.hint, { cause: thrown })
  }
}

function reportOf({ network, inputs, outputs, operators, difference }: ImportedModel): NetworkReport {
  const ports = (list: ImportedModel['inputs']) => list.map(({ name, shape }) => ({ name, shape: [...shape] }))
  const layers = layerTable(network).map((row) => ({
    ...row,
    inputShape: [...row.inputShape],
    outputShape: [...row.outputShape],
  }))
  return {
    ...{ inputs: ports(inputs), outputs: ports(outputs), operators: [...operators], difference, layers },
    neurons: countNeurons(network),
    parameters: countParameters(network),
  }
}

/**
 * Takes a network file into the history, with its bytes, unpacked; the same bytes twice are one model.
 * @param property a property file that is to be asked of it, kept too
 * @param images what it must fit
 * @throws EspalierError of the readers, 'property/unsupported' and 'model/does-not-fit-data' where they do not fit, 'store/*'
 */
export async function importFiles(
  store: Store,
  file: NamedFile,
  property: NamedFile | null,
  images: Parameters<typeof requireFit>[2] | null = null,
): Promise<{ modelId: string; property: string | null; network: NetworkReport }> {
  const name = networkNameOf(file.name)
  const { bytes, model } = await about(file, async () => {
    const read = await readOnnxBytes(file.path)
    return { bytes: read, model: await importOnnx(read, { name }) }
  })
  if (images !== null) requireFit(file.name, model.network, images)
  const text = property && (await about(property, () => readVnnlibText(property.path)))
  if (property !== null && text !== null)
    bindProperty(await about(property, () => Promise.resolve(parseVnnlib(text))), model)
  const source = await store.artifacts.put(bytes, 'application/x-onnx')
  const known = await store.models.ofSource(source)
  const row = known ?? (await recordImported(store, model.network, { name, source }))
  const kept = text === null ? null : await store.artifacts.put(Buffer.from(text, 'utf8'), 'application/x-vnnlib')
  return { modelId: row.id, property: kept, network: reportOf(model) }
}
