// What a network is made of, as its screen draws it: histograms of weights and γ, sparsity as pictures, first filters, graph.
import type { ApiOutput } from '../contract/api.ts'
import type { LayerWeights, ValueHistogram } from '../contract/api-look.ts'
import type { Picture } from '../contract/picture.ts'
import type { ModelRow } from '../contract/rows.ts'
import { loadModel } from '../jobs/execute/models.ts'
import { sizeOf, type Network, type Parameter } from '../nn/index.ts'
import type { Store } from '../store/store.ts'
import { imageShapeOf, toPicture } from './pictures.ts'

const bins = 41
/** A mask has no more cells on a side: larger ones are drawn in grey levels. */
const mostCells = 256
const mostFilters = 64

/** @throws EspalierError 'store/missing', 'store/corrupt' */
export async function modelWeights(store: Store, id: string): Promise<ApiOutput<'models.weights'>> {
  const { network } = await loadModel(store, id)
  const layers = network.nodes.flatMap(({ id: node, layer }) =>
    'weight' in layer ? [describe(node, 'weight', layer.weight)] : [],
  )
  const gammas = network.nodes.flatMap(({ id: node, layer }) =>
    layer.kind === 'batchNorm' ? [describe(node, 'γ', layer.gamma)] : [],
  )
  const graph = network.nodes.map(({ id: node, layer, inputs, shape }) => ({
    ...{ id: node, kind: layer.kind, inputs: [...inputs], shape: [...shape] },
  }))
  return { layers, gammas, filters: filtersOf(network), graph }
}

function describe(id: string, parameter: string, { shape, data }: Parameter): LayerWeights {
  const values = Array.from(data).filter((value) => value !== 0)
  const zeros = data.length - values.length
  const mask = shape.length > 1 && zeros > 0 ? maskOf(data, shape[0]) : null
  return { id, parameter, shape: [...shape], count: data.length, zeros, histogram: histogramOf(values), mask }
}

function histogramOf(values: readonly number[]): ValueHistogram {
  const counts = Array.from({ length: bins }, () => 0)
  const from = values.reduce((least, value) => Math.min(least, value), Infinity)
  const to = values.reduce((most, value) => Math.max(most, value), -Infinity)
  if (values.length === 0) return { from: 0, to: 0, counts }
  const width = to - from || 1
  for (const value of values) counts[Math.min(bins - 1, Math.floor(((value - from) / width) * bins))] += 1
  return { from, to, counts }
}

/** [outputs, inputs] with a cell for each weight, or for a block of them: the lighter, the more are not zero. */
function maskOf(data: ArrayLike<number>, rows: number): Picture {
  const columns = data.length / rows
  const [height, width] = [Math.min(rows, mostCells), Math.min(columns, mostCells)]
  const present = new Float64Array(height * width)
  const all = new Float64Array(height * width)
  for (let i = 0; i < data.length; i++) {
    const [row, column] = [Math.floor(i / columns), i % columns]
    const cell = Math.floor((row * height) / rows) * width + Math.floor((column * width) / columns)
    all[cell] += 1
    if (data[i] !== 0) present[cell] += 1
  }
  return toPicture(present.map((count, cell) => count / all[cell]), [1, height, width]) // prettier-ignore
}

/** Each filter scaled by its own largest weight; a dense first layer on images has filters as large as these. */
function filtersOf({ inputShape, nodes }: Network): Picture[] {
  const first = nodes.find(({ layer }) => 'weight' in layer)?.layer
  if (first === undefined || !('weight' in first)) return []
  const { shape, data } = first.weight
  const patch = first.kind === 'dense' ? imageShapeOf(inputShape) : filterShape(shape)
  if (patch === null || sizeOf(shape.slice(1)) !== sizeOf(patch)) return []
  const size = sizeOf(patch)
  return Array.from({ length: Math.min(shape[0], mostFilters) }, (_, filter) => {
    const values = Float64Array.from({ length: size }, (_, i) => data[filter * size + i])
    const most = values.reduce((far, value) => Math.max(far, Math.abs(value)), 0) || 1
    return toPicture(values.map((value) => (128 + (127 * value) / most) / 255), patch) // prettier-ignore
  })
}

/** Filters of one channel, or of three as colours, that have more than one pixel. */
function filterShape(shape: readonly number[]): readonly [number, number, number] | null {
  if (shape.length !== 4) return null
  const [, channels, height, width] = shape
  return (channels === 1 || channels === 3) && height * width > 1 ? [channels, height, width] : null
}

/** @throws EspalierError 'store/missing' */
export async function modelFamily(store: Store, id: string): Promise<ModelRow[]> {
  const root = (await store.models.lineage(id)).at(-1) ?? (await loadModel(store, id)).row
  const family = [root]
  for (let at = 0; at < family.length && family.length < mostFamily; at++)
    family.push(...(await store.models.children(family[at].id)))
  return family.slice(0, mostFamily)
}

/** More would be no picture. */
const mostFamily = 200
