// What a share would take from the network of a recipe: of the history, or as it will be built, by the functions that prune.
import type { Recipe } from '../contract/recipe.ts'
import type { Cut } from '../contract/study.ts'
import { freshNetwork } from '../jobs/execute/start-network.ts'
import { cutView } from '../jobs/study/cut.ts'
import { loadOrigin, subjectOf } from '../jobs/study/subject.ts'
import type { Network } from '../nn/index.ts'
import type { Store } from '../store/store.ts'
import type { DatasetShelf } from './datasets.ts'
import type { StudyDesk } from './study-desk.ts'

/** Keeps the last network, because a slider asks many times. */
export class CutDesk {
  readonly #store: Store
  readonly #shelf: DatasetShelf
  #key = ''
  #network: Promise<Network> | null = null

  constructor(store: Store, shelf: DatasetShelf) {
    this.#store = store
    this.#shelf = shelf
  }

  /** @throws EspalierError 'recipe/invalid', 'prune/ratio', 'model/unsupported', 'store/missing', 'data/*' */
  async cut(recipe: Recipe, studies: Pick<StudyDesk, 'measured'>): Promise<Cut> {
    const { simplify, root, seed, ready } = subjectOf(recipe)
    const { from, architecture, batchNorm, normalise } = root
    const key = JSON.stringify(from === undefined ? [architecture, batchNorm, normalise, recipe.data] : from)
    if (key !== this.#key || this.#network === null) {
      this.#key = key
      const network = this.#open(recipe, root)
      this.#network = network
      network.catch(() => (this.#network = this.#network === network ? null : this.#network))
    }
    const measured = ready ? studies.measured(recipe) : null
    return cutView({ network: await this.#network, simplify, seed, ready, measured })
  }

  async #open(recipe: Recipe, root: Recipe['variants'][number]): Promise<Network> {
    const model = await loadOrigin(this.#store, root)
    if (model !== null) return model.network
    const { pair } = await this.#shelf.open(recipe.data)
    return freshNetwork(root, pair.train, root.seed ?? recipe.seed)
  }
}
