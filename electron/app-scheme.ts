// `app://espalier/…`: the built interface with the page policy; nothing outside its folder, no other host, no writing.
import { readFile } from 'node:fs/promises'
import type { CustomScheme, Protocol } from 'electron'
import { mediaTypeOf, resolveFile } from '../core/serve/files.ts'
import { securityHeaders } from '../core/serve/headers.ts'
import { appScheme, isAppUrl } from './origin.ts'

/** To be registered before the app is ready. */
export const schemePrivileges: CustomScheme = {
  scheme: appScheme,
  privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
}

export function setupAppScheme(protocol: Pick<Protocol, 'handle'>, root: string): void {
  protocol.handle(appScheme, (request) => answerFile(root, request))
}

/** Answers one request: 200 with the file, 405 for other methods, 404 for everything that is not a file of ours. */
export async function answerFile(root: string, request: Pick<Request, 'url' | 'method'>): Promise<Response> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405)
  if (!isAppUrl(request.url)) return refuse(404)
  const file = await resolveFile(root, new URL(request.url).pathname)
  if (file === null) return refuse(404)
  const headers = { ...securityHeaders, 'content-type': mediaTypeOf(file) }
  return new Response(request.method === 'HEAD' ? null : await readFile(file), { headers })
}

function refuse(status: number): Response {
  return new Response(null, { status, headers: securityHeaders })
}
