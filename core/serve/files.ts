// The files of the built interface, and nothing outside their folder.
import { createReadStream } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { extname, join, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'

const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
}

/** The file that a URL path stands for, symbolic links followed; null where there is none inside `root`. */
export async function resolveFile(root: string, urlPath: string): Promise<string | null> {
  const segments = decodePath(urlPath)
  if (segments === null) return null
  try {
    const folder = await realpath(root)
    const file = await realpath(join(folder, ...(segments.length === 0 ? ['index.html'] : segments)))
    if (!file.startsWith(folder + sep)) return null
    return (await stat(file)).isFile() && extname(file) in mediaTypes ? file : null
  } catch {
    // Not there, or not readable: the same answer, so that nothing about the disk is told.
    return null
  }
}

/** By the file's ending. */
export function mediaTypeOf(file: string): string {
  return mediaTypes[extname(file)] ?? 'application/octet-stream'
}

/** Sends a file found by `resolveFile`. Names under /assets/ carry a hash of their content and never change. */
export async function sendFile(response: ServerResponse, file: string, body: boolean): Promise<void> {
  const { size } = await stat(file)
  const fixed = file.includes(`${sep}assets${sep}`)
  response.writeHead(200, {
    'content-type': mediaTypeOf(file),
    'content-length': size,
    'cache-control': fixed ? 'private, max-age=31536000, immutable' : 'no-cache',
  })
  if (body) await pipeline(createReadStream(file), response)
  else response.end()
}

/** Path segments; null for anything that could climb or mean something else to the file system. */
function decodePath(urlPath: string): string[] | null {
  let path: string
  try {
    path = decodeURIComponent(urlPath)
  } catch {
    return null
  }
  const segments = path.split('/').filter((segment) => segment !== '')
  const strange = segments.some((segment) => segment.startsWith('.') || /[\\:\0%]/.test(segment))
  return strange ? null : segments
}
