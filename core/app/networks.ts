// Networks for the wizard: taken from a file into the history, or looked at there, where they fit the images.
import type { ApiOutput } from '../contract/api.ts'
import type { NetworkReport } from '../contract/files.ts'
import type { DataOptions } from '../contract/recipe.ts'
import type { ModelRow } from '../contract/rows.ts'
import { askProcess } from '../jobs/files/ask.ts'
import type { JobLauncher } from '../jobs/launcher.ts'
import { loadModel } from '../jobs/execute/models.ts'
import { requireFit } from '../jobs/execute/start-network.ts'
import { activationNodes, countNeurons, countParameters, shapeOf, type Network } from '../nn/index.ts'
import type { Store } from '../store/store.ts'
import { takeNetwork } from './checks.ts'
import type { DatasetShelf } from './datasets.ts'
import type { FileDesk } from './files.ts'
import { layersOf } from './models.ts'
import { NewestMap } from './newest-map.ts'

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
  readonly #reports = new NewestMap<string, NetworkReport>(keptReports)

  constructor(parts: NetworkParts) {
    this.#parts = parts
  }

  /** @throws EspalierError of the readers, 'model/does-not-fit-data', 'files/*', 'data/*', 'store/*' */
  async take(handle: string, data: DataOptions): Promise<ModelRow> {
    const { pair } = await this.#parts.shelf.open(data)
    const images = { name: pair.name, shape: [...pair.train.shape], classes: [...pair.train.classes] }
    const { model, report } = await takeNetwork(this.#parts, handle, { images })
    this.#reports.set(model.id, report)
    return model
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
    const report = model.source === null ? reportOf(network) : await this.#reportOn(model, model.source)
    return { model, report, relus }
  }

  /** Of a file that was imported: it is not trusted, so a process of its own reads it. */
  async #reportOn({ id, name }: ModelRow, source: string): Promise<NetworkReport> {
    const known = this.#reports.get(id)
    if (known !== undefined) return known
    const { store, launcher } = this.#parts
    const path = await store.artifacts.locate(source)
    const answer = await askProcess(launcher, { type: 'inspect', network: { path, name }, property: null })
    if (answer.type !== 'inspected' || answer.network === null) throw new TypeError(`inspect said ${answer.type}`)
    this.#reports.set(id, answer.network)
    return answer.network
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
