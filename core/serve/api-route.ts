// `POST /api/METHOD`: reads a bounded JSON body, lets the contract's gate do the rest, answers a reply with a fitting status.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Api } from '../contract/api.ts'
import { dispatch } from '../contract/dispatch.ts'
import { EspalierError, toErrorData, type ErrorCode, type ErrorData } from '../contract/errors.ts'
import type { WireReply } from '../contract/wire.ts'

/** The largest call: a recipe with two hundred variants stays far below. */
export const bodyLimit = 2 * 1024 * 1024

const statusOf: Partial<Readonly<Record<ErrorCode, number>>> = {
  'api/invalid': 400,
  'api/unauthorised': 401,
  'api/unknown': 404,
  'api/too-large': 413,
  internal: 500,
}

/** Answers with an error: as text where a person navigated here, as a reply otherwise. */
export function sendRefusal(request: IncomingMessage, response: ServerResponse, error: ErrorData): void {
  if (request.headers.accept?.includes('text/html') !== true) {
    sendReply(response, { ok: false, error })
    return
  }
  response.writeHead(statusOf[error.code] ?? 422, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
  })
  response.end(`${error.message}\n${error.hint}\n`)
}

/** Answers with `reply`; errors without a status of their own are 422: understood, but not possible. */
export function sendReply(response: ServerResponse, reply: WireReply<unknown>): void {
  const status = reply.ok ? 200 : (statusOf[reply.error.code] ?? 422)
  const text = JSON.stringify(reply)
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    // An unread body may still be on its way: do not reuse the connection for it.
    ...(reply.ok ? {} : { connection: 'close' }),
  })
  response.end(text)
}

/** Answers one call; never throws. */
export async function answerCall(
  api: Api,
  method: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let reply: WireReply<unknown>
  try {
    reply = await dispatch(api, method, await readJson(request))
  } catch (thrown) {
    reply = { ok: false, error: toErrorData(thrown) }
  }
  sendReply(response, reply)
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? ''))
    throw new EspalierError('api/invalid', 'The body is not JSON.', 'Send content-type: application/json.')
  const chunks: Buffer[] = []
  let size = Number(request.headers['content-length'] ?? 0)
  if (size > bodyLimit) throw tooLarge()
  size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > bodyLimit) throw tooLarge()
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown
  } catch (cause) {
    throw new EspalierError('api/invalid', 'The body is not well-formed JSON.', 'Send one JSON object.', { cause })
  }
}

function tooLarge(): EspalierError {
  return new EspalierError('api/too-large', `The body is over ${bodyLimit} bytes.`, 'Send less at once.')
}
