// The calls behind the wizard.
import type { Api } from '../contract/api.ts'
import type { wizardMethods } from '../contract/api-wizard.ts'
import type { NetworkDesk, NetworkParts } from './networks.ts'
import type { CutDesk } from './simplify-cut.ts'
import type { StudyDesk } from './study-desk.ts'

interface WizardParts extends NetworkParts {
  readonly studies: StudyDesk
  /** @throws EspalierError 'store/read-only' where nothing can be taken in */
  readonly jobs: () => unknown
}

export function implementWizard(parts: WizardParts): Pick<Api, keyof typeof wizardMethods> {
  const { store, shelf, studies, jobs } = parts
  let networks: Promise<NetworkDesk> | null = null
  // What needs networks, and with them TensorFlow.js, is loaded when it is first asked for.
  const networkDesk = (): Promise<NetworkDesk> =>
    (networks ??= import('./networks.ts').then((m) => new m.NetworkDesk(parts)))
  let cuts: Promise<CutDesk> | null = null
  const cutDesk = (): Promise<CutDesk> =>
    (cuts ??= import('./simplify-cut.ts').then((m) => new m.CutDesk(store, shelf)))
  return {
    'networks.take': async ({ network, data }) => {
      jobs()
      return (await networkDesk()).take(network, data)
    },
    'networks.view': async ({ id, data }) => (await networkDesk()).view(id, data),
    'simplify.cut': async ({ recipe }) => (await cutDesk()).cut(recipe, studies),
    'studies.start': ({ kind, recipe }) => new Promise((resolve) => resolve(studies.start(kind, recipe))),
    'studies.state': ({ kind }) => Promise.resolve(studies.state(kind)),
    'studies.stop': ({ kind }) => Promise.resolve(studies.stop(kind)),
  }
}
