// Networks for the wizard: taken from a file into the history, or looked at there, where they fit the images.
import type { ApiOutput } from '../contract/api.ts'
import { EspalierError } from '../contract/errors.ts'
import type { NetworkReport } from '../contract/files.ts'
import type { DataOptions } from '../contract/recipe.ts'
import type { ModelRow } from '../contract/rows.ts'
import { askProcess } from '../jobs/files/ask.ts'
import type { JobLauncher } from '../jobs/launcher.ts'
import { loadModel } from '../jobs/execute/models.ts'
import { requireFit } from '../jobs/execute/start-network.ts'
import { activationNodes, countNeurons, countParameters, shapeOf, type Network } from '../nn/index.ts'
import type { Store } from '../store/store.ts'
import type { DatasetShelf } from './datasets.ts'
import type { FileDesk } from './files.ts'
import { layersOf } from './models.ts'

export interface NetworkParts {
  readonly store: Store
  readonly shelf: DatasetShelf
  readonly files: FileDesk
  readonly launcher: JobLauncher
}

/** Reports kept of files: reading one and running it takes seconds. */
const keptReports = 32

export class NetworkDesk {
  readonly #parts: NetworkParts
  /** By model. */
  readonly #reports = new Map<string, NetworkReport>()

  constructor(parts: NetworkParts) {
    this.#parts = parts
  }

  /** @throws EspalierError of the readers, 'model/does-not-fit-data', 'files/*', 'data/*', 'store/*' */
  async take(handle: string, data: DataOptions): Promise<ModelRow> {
    const { store, shelf, files, launcher } = this.#parts
    const network = await files.open(handle, 'network')
    const { pair } = await shelf.open(data)
    const images = { name: pair.name, shape: [...pair.train.shape], classes: [...pair.train.classes] }
    const task = { type: 'import', home: store.home, network, property: null, images } as const
    const answer = await askProcess(launcher, task)
    if (answer.type !== 'imported') throw new TypeError(`import was answered by ${answer.type}`)
    this.#keep(answer.modelId, answer.network)
    const row = await store.models.get(answer.modelId)
    if (row !== null) return row
    throw new EspalierError('store/missing', `There is no model ${answer.modelId}.`, 'Import the network again.')
  }

  /** @throws EspalierError 'store/missing', 'store/corrupt', 'model/does-not-fit-data', 'data/*' */
  async view(id: string, data: DataOptions): Promise<ApiOutput<'networks.view'>> {
    const { store, shelf } = this.#parts
    const { row: model, network } = await loadModel(store, id)
    const { pair } = await shelf.open(data)
    requireFit(model.name, network, { ...pair.train, name: pair.name })
    const relus = activationNodes(network)
      .filter(({ node }) => node.layer.kind === 'relu' || node.layer.kind === 'graftedRelu')
      .reduce((total, { neurons }) => total + neurons, 0)
    const report = model.source === null ? reportOf(network) : await this.#reportOn(id, model.source)
    return { model, report, relus }
  }

  /** Files of others are read in a process of their own, here as anywhere. */
  async #reportOn(id: string, source: string): Promise<NetworkReport> {
    const known = this.#reports.get(id)
    if (known !== undefined) return known
    const { store, launcher } = this.#parts
    const path = await store.artifacts.locate(source)
    const answer = await askProcess(launcher, { type: 'inspect', network: path, property: null })
    if (answer.type !== 'inspected' || answer.network === null) throw new TypeError(`inspect said ${answer.type}`)
    this.#keep(id, answer.network)
    return answer.network
  }

  #keep(id: string, report: NetworkReport): void {
    this.#reports.set(id, report)
    const oldest = this.#reports.keys().next()
    if (this.#reports.size > keptReports && oldest.done !== true) this.#reports.delete(oldest.value)
  }
}

/** Of a network that was made here: no operators to understand, no other word on what it computes. */
function reportOf(network: Network): ApiOutput<'networks.view'>['report'] {
  return {
    inputs: [{ name: 'image', shape: [...network.inputShape] }],
    outputs: [{ name: 'classes', shape: [...shapeOf(network, network.output)] }],
    operators: [],
    difference: null,
    neurons: countNeurons(network),
    parameters: countParameters(network),
    layers: layersOf(network),
  }
}
