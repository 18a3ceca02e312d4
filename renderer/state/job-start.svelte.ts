// Starting a job: asks the core, then goes to the job's screen; what went wrong stays beside the button.
import { toErrorData, type ErrorData } from '../../core/contract/errors.ts'
import type { Recipe } from '../../core/contract/recipe.ts'
import { linkTo } from '../logic/routes.ts'
import type { Services } from './context.ts'

export class JobStart {
  starting = $state(false)
  error: ErrorData | null = $state.raw(null)
  private readonly services: Pick<Services, 'client' | 'jobs' | 'router'>

  constructor(services: Pick<Services, 'client' | 'jobs' | 'router'>) {
    this.services = services
  }

  /** @param find the recipe; null where there is none to start */
  async start(find: () => Recipe | null | Promise<Recipe | null>): Promise<void> {
    const { client, jobs, router } = this.services
    this.starting = true
    this.error = null
    try {
      const recipe = await find()
      if (recipe === null) return
      const job = await client.call('jobs.start', { recipe })
      await jobs.refresh()
      router.go(linkTo(['jobs', job.id]))
    } catch (thrown) {
      this.error = toErrorData(thrown)
    } finally {
      this.starting = false
    }
  }
}
