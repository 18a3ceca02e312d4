// The current route, from the address's hash.
import { parseRoute, type Route } from '../logic/routes.ts'

export class Router {
  route: Route = $state.raw({ screen: 'home' })
  private readonly window: Window

  constructor(window: Window) {
    this.window = window
    this.route = parseRoute(window.location.hash)
    window.addEventListener('hashchange', () => {
      this.route = parseRoute(window.location.hash)
    })
  }

  go(href: string): void {
    this.window.location.hash = href
  }

  /** Changes the address without a new entry in the back list: for tabs and panels. */
  replace(href: string): void {
    this.window.history.replaceState(null, '', href)
    this.route = parseRoute(href)
  }
}
