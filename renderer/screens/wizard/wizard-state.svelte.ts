// What the wizard's steps share: the draft, the opened data, the network or the architectures that fit it, the plan, the studies.
import type { ApiOutput } from '../../../core/contract/api.ts'
import type { NetworkView } from '../../../core/contract/api-wizard.ts'
import { toErrorData, type ErrorData } from '../../../core/contract/errors.ts'
import { dataSchema, type Recipe } from '../../../core/contract/recipe.ts'
import type { Cut } from '../../../core/contract/study.ts'
import type { Connection } from '../../client/connection.ts'
import { draftRecipe, isStored } from '../../logic/draft.ts'
import { DraftState } from '../../state/draft.svelte.ts'
import { Resource } from '../../state/resource.svelte.ts'
import { follow } from './follow.svelte.ts'
import { StudyWatch } from './study-watch.svelte.ts'

const imagesFirst: ErrorData = {
  code: 'recipe/invalid',
  message: 'The network cannot be read before its images are chosen.',
  hint: 'Choose them on the step Data, then the file again.',
}

/** Milliseconds: a slider is followed closely. */
const cutPause = 60

export class WizardState {
  readonly draft: DraftState
  readonly data = new Resource<ApiOutput<'data.open'>>()
  readonly architectures = new Resource<ApiOutput<'architectures.list'>>()
  /** The network of the history that was chosen. */
  readonly network = new Resource<NetworkView>()
  readonly cut = new Resource<Cut>()
  readonly plan = new Resource<ApiOutput<'recipes.plan'>>()
  /** The recipe whose plan is shown; while another one is typed, the figures are old. */
  planned: Recipe | null = $state.raw(null)
  readonly yaml = new Resource<ApiOutput<'recipes.format'>>()
  readonly info = new Resource<ApiOutput<'app.info'>>()
  readonly trial: StudyWatch
  readonly scores: StudyWatch
  /** The runs to compare, the baseline first. */
  compared: readonly string[] = $state.raw([])
  /** A file that is being taken in, and why the last one was not. */
  taking = $state(false)
  refused: ErrorData | null = $state.raw(null)
  readonly architecture = $derived.by(() =>
    this.architectures.value?.find(({ name }) => name === this.draft.value.architecture),
  )
  readonly stored = $derived.by(() => isStored(this.draft.value))
  /** Hidden neurons of the network that all starts from; null while it is not known. */
  readonly neurons = $derived.by(
    () => (this.stored ? this.shownNetwork?.report.neurons : this.architecture?.neurons) ?? null,
  )
  /** The chosen network, where what is known of it is of now. */
  readonly shownNetwork = $derived.by(() => {
    const { value, error } = this.network
    return error === null && value?.model.id === this.draft.value.model ? value : null
  })
  /** What stands against starting, besides values that are wrong. */
  readonly obstacle = $derived.by(() => {
    const simplifies = this.draft.checked.recipe?.variants.some(({ simplify }) => simplify.method !== 'none') ?? false
    return (this.stored ? this.network.error : null) ?? (simplifies ? this.cut.error : null)
  })
  private readonly client: Connection

  constructor(client: Connection, storage: Storage) {
    this.client = client
    this.draft = new DraftState(storage)
    this.trial = new StudyWatch(client, 'trial')
    this.scores = new StudyWatch(client, 'scores')
    void this.info.load(() => client.call('app.info', {}))
    follow(
      () => JSON.stringify(this.draft.value.data),
      () => this.openData(),
    )
    follow(
      () => JSON.stringify([this.stored ? this.draft.value.model : null, this.draft.value.data]),
      () => this.openNetwork(),
    )
    follow(
      () => JSON.stringify(draftRecipe(this.draft.value)),
      () => this.describe(),
    )
    follow(
      () => JSON.stringify([draftRecipe(this.draft.value), this.scores.study?.state]),
      () => this.look(),
      cutPause,
    )
    $effect(() => () => {
      this.trial.close()
      this.scores.close()
    })
  }

  /** Takes a file into the history where it fits the data, and chooses it. */
  async take(file: string): Promise<void> {
    const data = dataSchema.safeParse(this.draft.value.data)
    if (!data.success) {
      this.refused = imagesFirst
      return
    }
    this.taking = true
    this.refused = null
    try {
      const { id } = await this.client.call('networks.take', { network: file, data: data.data })
      this.choose(id)
    } catch (thrown) {
      this.refused = toErrorData(thrown)
    } finally {
      this.taking = false
    }
  }

  /** A network of the history. */
  choose(model: string): void {
    this.refused = null
    this.draft.set('origin', 'stored')
    this.draft.set('model', model)
    this.draft.set('modelName', '')
  }

  private openData(): void {
    const data = dataSchema.safeParse(this.draft.value.data)
    if (!data.success) return
    void this.data
      .load(() => this.client.call('data.open', { data: data.data }))
      .then(() => {
        const inputShape = this.data.value?.dataset.shape
        if (inputShape === undefined) return
        return this.architectures.load(() => this.client.call('architectures.list', { inputShape }))
      })
  }

  private openNetwork(): void {
    const { model, data: loose } = this.draft.value
    const data = dataSchema.safeParse(loose)
    if (!this.stored || model === null || !data.success) {
      this.network.error = null
      return
    }
    void this.network
      .load(() => this.client.call('networks.view', { id: model, data: data.data }))
      .then(() => {
        // Of another data folder, remembered by the browser.
        if (this.network.error?.code === 'store/missing') this.draft.set('model', null)
        const name = this.shownNetwork?.model.name
        if (name !== undefined) this.draft.set('modelName', name)
      })
  }

  private describe(): void {
    const { recipe } = this.draft.checked
    if (recipe === null) return
    void this.plan
      .load(() => this.client.call('recipes.plan', { recipe }))
      .then(() => (this.planned = this.plan.loading ? this.planned : recipe))
    void this.yaml.load(() => this.client.call('recipes.format', { recipe }))
  }

  /** What the share would take. */
  private look(): void {
    const { recipe } = this.draft.checked
    if (recipe === null) return
    if (recipe.variants.every(({ simplify }) => simplify.method === 'none')) this.cut.value = this.cut.error = null
    else void this.cut.load(() => this.client.call('simplify.cut', { recipe }))
  }
}
