// The calls behind the wizard.
import type { Api } from '../contract/api.ts'
import type { wizardMethods } from '../contract/api-wizard.ts'
import type { NetworkParts } from './networks.ts'
import type { CutDesk } from './simplify-cut.ts'
import type { StudyDesk } from './study-desk.ts'

interface WizardParts extends NetworkParts {
  readonly studies: StudyDesk
  /** @throws EspalierError 'store/read-only' where nothing can be taken in */
  readonly jobs: () => unknown
}

export function implementWizard(parts: WizardParts): Pick<Api, keyof typeof wizardMethods> {
  const { store, shelf, studies, jobs } = parts
  let cuts: Promise<CutDesk> | null = null
  const cutDesk = (): Promise<CutDesk> =>
    (cuts ??= import('./simplify-cut.ts').then((m) => new m.CutDesk(store, shelf)))
  return {
    'networks.take': async ({ network, data }) => {
      jobs()
      return (await networks()).takeNetwork(parts, network, data)
    },
    'networks.view': async ({ id, data }) => (await networks()).viewNetwork(parts, id, data),
    'simplify.cut': async ({ recipe }) => (await cutDesk()).cut(recipe, studies),
    'studies.start': ({ kind, recipe }) => new Promise((resolve) => resolve(studies.start(kind, recipe))),
    'studies.state': ({ kind }) => Promise.resolve(studies.state(kind)),
    'studies.stop': ({ kind }) => Promise.resolve(studies.stop(kind)),
  }
}

/** What needs networks, and with them TensorFlow.js, is loaded when it is first asked for. */
const networks = () => import('./networks.ts')
