// What the check screen holds: the two files by handle, what the core found in them, the options, the start.
import { untrack } from 'svelte'
import type { ApiOutput } from '../../../core/contract/api.ts'
import { checkOptionsSchema } from '../../../core/contract/api-files.ts'
import { toErrorData, type ErrorData } from '../../../core/contract/errors.ts'
import type { FileHandle, FileKind } from '../../../core/contract/files.ts'
import type { Loose } from '../../logic/draft.ts'
import { issuesOf } from '../../logic/issues.ts'
import { linkTo } from '../../logic/routes.ts'
import type { Services } from '../../state/context.ts'
import { Resource } from '../../state/resource.svelte.ts'

type Slot = 'network' | 'property'
type Handles = Readonly<Record<Slot, string | null>>

export class CheckState {
  readonly recent = new Resource<readonly FileHandle[]>()
  readonly found = new Resource<ApiOutput<'files.inspect'>>()
  options: Loose = $state.raw(checkOptionsSchema.parse({}))
  /** What is under way: a job that starts, or a network that is taken in. */
  busy: 'start' | 'import' | null = $state(null)
  error: ErrorData | null = $state.raw(null)
  handles: Handles = $state.raw({ network: null, property: null })
  readonly checked = $derived.by(() => {
    const result = checkOptionsSchema.safeParse(this.options, { reportInput: true })
    return result.success ? { options: result.data, issues: [] } : { options: null, issues: issuesOf(result.error) }
  })
  private readonly services: Pick<Services, 'client' | 'jobs' | 'router'>

  constructor(services: Pick<Services, 'client' | 'jobs' | 'router'>) {
    this.services = services
  }

  /** The files that the address names now. */
  show(handles: Handles): void {
    untrack(() => {
      const before = this.handles
      if (before.network === handles.network && before.property === handles.property && this.recent.value !== null)
        return
      this.handles = handles
      this.error = null
      const { client } = this.services
      void this.recent.load(() => client.call('files.list', {}))
      if (handles.network !== null || handles.property !== null)
        void this.found.load(() => client.call('files.inspect', handles))
      else this.found.value = this.found.error = null
    })
  }

  fileOf(slot: Slot): FileHandle | null {
    return this.recent.value?.find(({ id }) => id === this.handles[slot]) ?? null
  }

  recentOf(kind: FileKind): readonly FileHandle[] {
    return (this.recent.value ?? []).filter((file) => file.kind === kind && file.id !== this.handles[kind as Slot])
  }

  choose(slot: Slot, id: string | null): void {
    this.services.router.go(linkTo(['check'], { ...this.handles, [slot]: id }))
  }

  /** Takes both files into the history and asks; goes to the run. */
  async start(): Promise<void> {
    const { client, jobs } = this.services
    const { network, property } = this.handles
    const { options } = this.checked
    if (network === null || property === null || options === null) return
    await this.attempt('start', async () => {
      const job = await client.call('checks.start', { network, property, options })
      await jobs.refresh()
      const [run] = (await client.call('jobs.get', { id: job.id })).runs
      return linkTo(['runs', run?.id ?? ''])
    })
  }

  /** Takes the network alone into the history; goes to its screen. */
  async importNetwork(): Promise<void> {
    const { network } = this.handles
    if (network === null) return
    await this.attempt('import', async () => {
      const { id } = await this.services.client.call('files.import', { network })
      return linkTo(['models', id])
    })
  }

  private async attempt(what: 'start' | 'import', work: () => Promise<string>): Promise<void> {
    this.busy = what
    this.error = null
    try {
      this.services.router.go(await work())
    } catch (thrown) {
      this.error = toErrorData(thrown)
    } finally {
      this.busy = null
    }
  }
}
