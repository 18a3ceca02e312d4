// The calls of the screens that look into networks and data.
import type { Api } from '../contract/api.ts'
import type { lookMethods } from '../contract/api-look.ts'
import { askProcess } from '../jobs/files/ask.ts'
import type { JobLauncher } from '../jobs/launcher.ts'
import type { Store } from '../store/store.ts'
import type { DatasetShelf } from './datasets.ts'

interface LookParts {
  readonly store: Store
  readonly shelf: DatasetShelf
  readonly launcher: JobLauncher
}

export function implementLooks({ store, shelf, launcher }: LookParts): Pick<Api, keyof typeof lookMethods> {
  return {
    'models.weights': async ({ id }) => (await models()).modelWeights(store, id),
    'models.page': async (input) => (await import('./model-page.ts')).pageOfModels(store, input),
    'models.family': async ({ id }) => (await models()).modelFamily(store, id),
    'models.confusion': async ({ id }) => {
      const answer = await askProcess(launcher, { type: 'confusion', home: store.home, modelId: id })
      if (answer.type !== 'confusion') throw new TypeError(`confusion was answered by ${answer.type}`)
      return answer.confusion
    },
    'data.images': async (input) => (await data()).dataImages(store, shelf, input),
    'data.image': async (input) => (await data()).dataImage(shelf, input),
    'data.checks': async (input) => (await data()).dataChecks(shelf, input),
  }
}

const models = () => import('./model-look.ts')
const data = () => import('./data-look.ts')
