// Reading the files that people give, in a process of its own: what is inside, and a network taken into the history.
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { NetworkReport, PropertyReport } from '../../contract/files.ts'
import { bindProperty, describeProperty, readOnnxFile, readVnnlibFile, type ImportedModel } from '../../io/index.ts'
import { countNeurons, countParameters, layerTable } from '../../nn/index.ts'
import type { Store } from '../../store/store.ts'
import { recordImported } from '../execute/models.ts'

export interface Inspection {
  readonly network: NetworkReport | null
  readonly property: PropertyReport | null
}

/**
 * What is in a network file, a property file, or both; both must fit each other.
 * @throws EspalierError of the readers
 */
export async function inspectFiles(network: string | null, property: string | null): Promise<Inspection> {
  const model = network === null ? null : await readOnnxFile(network)
  const read = property === null ? null : await readVnnlibFile(property)
  if (model !== null && read !== null) bindProperty(read, model)
  return { network: model && reportOf(model), property: read && describeProperty(read) }
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
 * Takes a network file into the history, with its bytes as they are; the same bytes twice are one model.
 * @param property a property file that is to be asked of it, kept too
 * @throws EspalierError of the readers, 'property/unsupported' where they do not fit, 'store/*'
 */
export async function importFiles(
  store: Store,
  { path, name }: { readonly path: string; readonly name: string },
  property: string | null,
): Promise<{ modelId: string; property: string | null }> {
  const model = await readOnnxFile(path, { name: stem(name) })
  const text = property === null ? null : await readFile(property)
  if (property !== null) bindProperty(await readVnnlibFile(property), model)
  const source = await store.artifacts.put(await readFile(path), 'application/x-onnx')
  const known = await store.models.ofSource(source)
  const row = known ?? (await recordImported(store, model.network, { name: stem(name), source }))
  return { modelId: row.id, property: text && (await store.artifacts.put(text, 'application/x-vnnlib')) }
}

function stem(name: string): string {
  return basename(name).replace(/(\.onnx)?(\.gz)?$/i, '')
}
