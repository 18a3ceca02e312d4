// Everything a page must not do: leave its origin, open windows, embed pages, ask for permissions, use the network.
import type { App, Session, WebContents } from 'electron'
import { appUrl, isAppUrl } from './origin.ts'

type Contents = Pick<WebContents, 'on' | 'setWindowOpenHandler'>
type SessionParts = Pick<
  Session,
  'setPermissionRequestHandler' | 'setPermissionCheckHandler' | 'setDevicePermissionHandler' | 'on'
> & { readonly webRequest: Pick<Session['webRequest'], 'onBeforeRequest'> }

/** Addresses that would leave this computer, reach another program on it, or read its files past the app. */
export const networkPatterns = ['http://*/*', 'https://*/*', 'ws://*/*', 'wss://*/*', 'ftp://*/*', 'file:///*']

/** The one permission granted, to our own page: copying text it was asked to copy. */
const granted = 'clipboard-sanitized-write'

export function setupSecurity(app: Pick<App, 'on'>, session: SessionParts): void {
  app.on('web-contents-created', (_event, contents) => denyNavigation(contents))
  session.setPermissionRequestHandler((_contents, permission, answer, details) => {
    answer(permission === granted && isAppUrl(details.requestingUrl))
  })
  session.setPermissionCheckHandler((_contents, permission, origin) => permission === granted && isAppUrl(origin))
  session.setDevicePermissionHandler(() => false)
  // What is saved was made by the page itself; the system asks where to put it.
  session.on('will-download', (event, item) => {
    if (!item.getURL().startsWith(`blob:${appUrl}`)) event.preventDefault()
  })
  session.webRequest.onBeforeRequest({ urls: networkPatterns }, (_details, answer) => answer({ cancel: true }))
}

/** Keeps one page on our origin: no other address, no new window, no embedded page. */
export function denyNavigation(contents: Contents): void {
  const stay = (event: { readonly url: string; preventDefault(): void }): void => {
    if (!isAppUrl(event.url)) event.preventDefault()
  }
  contents.on('will-navigate', stay)
  contents.on('will-frame-navigate', stay)
  contents.on('will-redirect', stay)
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
}
