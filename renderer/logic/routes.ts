// Hash routes: the address is the state that a reload, a bookmark or the back button restores.
export const wizardSteps = ['goal', 'data', 'model', 'train', 'simplify', 'verify', 'review'] as const
export type WizardStep = (typeof wizardSteps)[number]

export type Route =
  | { readonly screen: 'check'; readonly network: string | null; readonly property: string | null }
  | { readonly screen: 'data'; readonly file: string | null }
  | { readonly screen: 'home' | 'models' | 'runs' | 'compute' | 'guide' | 'settings' | 'missing' }
  | {
      readonly screen: 'wizard'
      readonly step: WizardStep
      /** A network to begin with: a file that was handed in, or a model of the history; what to begin with it. */
      readonly file: string | null
      readonly model: string | null
      readonly goal: string | null
    }
  | { readonly screen: 'model' | 'job'; readonly id: string }
  | { readonly screen: 'run'; readonly id: string; readonly tab: string | null; readonly instance: string | null }
  | {
      readonly screen: 'compare'
      readonly a: string | null
      readonly b: string | null
      readonly more: readonly string[]
    }

/** `#/runs/7?tab=log` → the run screen of 7, tab log. Unknown addresses are `missing`. */
export function parseRoute(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?', 2)
  const query = new URLSearchParams(search)
  const [head = '', tail] = path.split('/').map(decodeURIComponent)
  if (head === '') return { screen: 'home' }
  if (head === 'wizard') {
    const step = wizardSteps.find((one) => one === tail) ?? 'goal'
    return { screen: 'wizard', step, file: query.get('file'), model: query.get('model'), goal: query.get('goal') }
  }
  if (head === 'compare') {
    const more = (query.get('more') ?? '').split(',').filter((id) => id !== '')
    return { screen: 'compare', a: query.get('a'), b: query.get('b'), more: more.slice(0, 4) }
  }
  if (head === 'check') return { screen: 'check', network: query.get('network'), property: query.get('property') }
  if (head === 'data') return { screen: 'data', file: query.get('file') }
  if (head === 'compute' || head === 'guide' || head === 'settings') return { screen: head }
  if (head === 'models') return tail === undefined ? { screen: 'models' } : { screen: 'model', id: tail }
  if (head === 'jobs' && tail !== undefined) return { screen: 'job', id: tail }
  if (head === 'runs') {
    if (tail === undefined) return { screen: 'runs' }
    return { screen: 'run', id: tail, tab: query.get('tab'), instance: query.get('instance') }
  }
  return { screen: 'missing' }
}

type Query = Readonly<Record<string, string | null>>

/** An address for `href`, e.g. `linkTo(['runs', id], { tab: 'log' })`. Null query values are left out. */
export function linkTo(path: readonly string[], query: Query = {}): string {
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) if (value !== null) search.set(key, value)
  const text = search.toString()
  return `#/${path.map(encodeURIComponent).join('/')}${text === '' ? '' : `?${text}`}`
}

/** The rail entry a route belongs to. */
export function sectionOf(route: Route): string {
  if (route.screen === 'model' || route.screen === 'check') return 'models'
  if (route.screen === 'run' || route.screen === 'job') return 'runs'
  return route.screen
}
