// Models for the windows: layer tables, lineage, architectures that can be chosen, ONNX files.
import type { ApiOutput } from '../contract/api.ts'
import { toErrorData } from '../contract/errors.ts'
import type { GraftedLayer } from '../contract/figures.ts'
import type { ArchitectureName } from '../contract/recipe.ts'
import { architectureTitles } from '../contract/titles.ts'
import { exportOnnx } from '../io/onnx/export.ts'
import { loadModel } from '../jobs/execute/models.ts'
import {
  architectureNames,
  buildArchitecture,
  countNeurons,
  countParameters,
  isGrafted,
  layerTable,
  type Network,
} from '../nn/index.ts'
import type { Store } from '../store/store.ts'

const descriptions: Readonly<Record<ArchitectureName, string>> = {
  net1: 'Fully connected, 64·32·16 hidden neurons with batch norm: the pruning paper’s smaller network',
  net2: 'Fully connected, 128·64·32 hidden neurons with batch norm: the pruning paper’s larger network',
  convSmall: 'Two convolutions and a dense layer of 100: the smallest of the grafting paper',
  cnnB: 'Two convolutions and a dense layer of 250, as the verification competition has it',
  convBig: 'Four convolutions and two dense layers of 512',
  convBigEighth: 'ConvBig with an eighth of the channels and dense neurons: small enough for two cores',
  resnet4b: 'A residual network of four blocks',
  convHuge: 'Four wide convolutions and two dense layers: the largest of the grafting paper',
  sigmoidCnn: 'Convolutions with sigmoid activations',
}

type LayerRows = ApiOutput<'models.get'>['layers']

/** The layer table of a network. */
export function layersOf(network: Network): LayerRows {
  return layerTable(network).map((row) => ({
    ...row,
    inputShape: [...row.inputShape],
    outputShape: [...row.outputShape],
  }))
}

/** Every architecture on an input shape; one that does not fit says why. */
export function listArchitectures(inputShape: readonly number[]): ApiOutput<'architectures.list'> {
  return architectureNames.map((name) => {
    const words = { name, title: architectureTitles[name], description: descriptions[name] }
    try {
      const network = buildArchitecture(name, inputShape, 0)
      const figures = {
        neurons: countNeurons(network),
        parameters: countParameters(network),
        layers: layersOf(network),
      }
      return { ...words, fits: true, reason: '', ...figures }
    } catch (thrown) {
      return { ...words, fits: false, reason: toErrorData(thrown).message, neurons: 0, parameters: 0, layers: [] }
    }
  })
}

/** Lineage from the first ancestor to the model itself. @throws EspalierError 'store/missing', 'store/corrupt' */
export async function getModel(store: Store, id: string): Promise<ApiOutput<'models.get'>> {
  const { row, network } = await loadModel(store, id)
  return { model: row, layers: layersOf(network), lineage: (await store.models.lineage(id)).reverse() }
}

/** The grafted layers of a model, in order; none for a model without lines. @throws EspalierError 'store/missing' */
export async function graftedLayers(store: Store, modelId: string): Promise<GraftedLayer[]> {
  const { network } = await loadModel(store, modelId)
  return network.nodes.flatMap(({ id, layer, shape }) => {
    if (!isGrafted(layer)) return []
    const mask = Array.from(layer.mask.data)
    const kept = (data: ArrayLike<number>): number[] => mask.flatMap((line, i) => (line === 1 ? [data[i]] : []))
    return [{ id, shape: [...shape], mask, slope: kept(layer.slope.data), intercept: kept(layer.intercept.data) }]
  })
}

/** Opset 13, float32, batch 1. */
export async function exportModel(store: Store, id: string): Promise<ApiOutput<'models.export'>> {
  const { row, network } = await loadModel(store, id)
  const base64 = Buffer.from(exportOnnx(network)).toString('base64')
  return { name: `${row.name}-${row.id}.onnx`, mediaType: 'application/octet-stream', base64 }
}
