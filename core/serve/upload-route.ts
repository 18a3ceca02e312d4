// `POST /files?name=…`: a browser hands in a file, because it tells nobody where its files lie; a handle comes back.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { uploadLimit, type FileDesk } from '../app/files.ts'
import { EspalierError, toErrorData } from '../contract/errors.ts'
import { sendReply } from './api-route.ts'

/** Only a page of ours can send this type across origins without being asked first: it is no form's. */
const uploadType = 'application/octet-stream'

/** Answers one upload; never throws. */
export async function answerUpload(
  files: Pick<FileDesk, 'receive'>,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    if (request.headers['content-type'] !== uploadType)
      throw new EspalierError('api/invalid', 'The body is not a file.', `Send content-type: ${uploadType}.`)
    if (name === '' || name.length > 255)
      throw new EspalierError('api/invalid', 'The file has no name, or a very long one.', 'Rename it.')
    if (Number(request.headers['content-length'] ?? 0) > uploadLimit)
      throw new EspalierError('data/too-large', `${name} is over ${uploadLimit} bytes.`, 'Use the desktop app for it.')
    sendReply(response, { ok: true, value: await files.receive(name, request) })
  } catch (thrown) {
    sendReply(response, { ok: false, error: toErrorData(thrown) })
  }
}
