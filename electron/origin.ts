// The one origin the window may show: files of the built interface under `app://espalier/`.
export const appScheme = 'app'
export const appHost = 'espalier'
export const appUrl = `${appScheme}://${appHost}/`

/** Whether an address belongs to our own page; anything that does not parse does not. */
export function isAppUrl(address: string): boolean {
  const url = URL.parse(address)
  return url !== null && url.protocol === `${appScheme}:` && url.host === appHost
}
