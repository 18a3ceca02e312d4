// What the wizard's steps share: the draft, the opened data, the architectures that fit it, the plan of the recipe.
import type { ApiOutput } from '../../../core/contract/api.ts'
import { dataSchema, type Recipe } from '../../../core/contract/recipe.ts'
import type { Connection } from '../../client/connection.ts'
import { draftRecipe } from '../../logic/draft.ts'
import { DraftState } from '../../state/draft.svelte.ts'
import { Resource } from '../../state/resource.svelte.ts'

export class WizardState {
  readonly draft: DraftState
  readonly data = new Resource<ApiOutput<'data.open'>>()
  readonly architectures = new Resource<ApiOutput<'architectures.list'>>()
  readonly plan = new Resource<ApiOutput<'recipes.plan'>>()
  /** The recipe whose plan is shown; while another one is typed, the figures are old. */
  planned: Recipe | null = $state.raw(null)
  readonly yaml = new Resource<ApiOutput<'recipes.format'>>()
  readonly info = new Resource<ApiOutput<'app.info'>>()
  readonly architecture = $derived.by(() =>
    this.architectures.value?.find(({ name }) => name === this.draft.value.architecture),
  )
  private readonly client: Connection

  constructor(client: Connection, storage: Storage) {
    this.client = client
    this.draft = new DraftState(storage)
    void this.info.load(() => client.call('app.info', {}))
    this.follow(
      () => JSON.stringify(this.draft.value.data),
      () => this.openData(),
    )
    this.follow(
      () => JSON.stringify(draftRecipe(this.draft.value)),
      () => this.describe(),
    )
  }

  /** Runs the action now and, after a pause in typing, whenever the key changes. */
  private follow(key: () => string, action: () => void): void {
    let before: string | null = null
    let timer: number | undefined
    $effect(() => {
      const now = key()
      if (now === before) return
      window.clearTimeout(timer)
      timer = window.setTimeout(action, before === null ? 0 : 350)
      before = now
    })
    $effect(() => () => window.clearTimeout(timer))
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

  private describe(): void {
    const { recipe } = this.draft.checked
    if (recipe === null) return
    void this.plan
      .load(() => this.client.call('recipes.plan', { recipe }))
      .then(() => (this.planned = this.plan.loading ? this.planned : recipe))
    void this.yaml.load(() => this.client.call('recipes.format', { recipe }))
  }
}
