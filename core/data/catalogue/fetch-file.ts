// Fetches one file of the catalogue: goes on where an earlier attempt stopped, takes no more than was promised, compares the hash.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { EspalierError } from '../../contract/errors.ts'
import type { CatalogueFile } from './entries.ts'

export interface FetchRequest {
  readonly file: CatalogueFile
  /** Addresses of this very file, best first. */
  readonly addresses: readonly string[]
  readonly path: string
  readonly signal: AbortSignal
  /** Bytes that are there, of all; called as they come. */
  readonly onProgress: (bytes: number) => void
}

/** How long a server may say nothing, in milliseconds. */
const patience = 60_000

/**
 * Puts the file at `path`, whole and verified. What is there of it under `path`.part is kept on failure and used again.
 * @throws EspalierError `download/failed` where no address gives it, `download/hash` where what came is another file
 */
export async function fetchFile(request: FetchRequest): Promise<'fetched' | 'present'> {
  const { file, addresses, path } = request
  if ((await sizeOf(path)) === file.bytes && (await hashOf(path)) === file.sha256) return 'present'
  await mkdir(dirname(path), { recursive: true }).catch((cause: unknown) => {
    throw unwritable(dirname(path), cause)
  })
  const part = `${path}.part`
  const failures: EspalierError[] = []
  // What lies there from an earlier attempt may be another file: then the first address gets a second chance.
  const resumed = (await sizeOf(part)) > 0
  for (const address of resumed ? [...addresses.slice(0, 1), ...addresses] : addresses) {
    try {
      await fetchFrom(address, part, request)
      await verify(address, part, file)
      await rename(part, path)
      return 'fetched'
    } catch (thrown) {
      if (!(thrown instanceof EspalierError)) throw unwritable(part, thrown)
      if (request.signal.aborted) throw thrown
      failures.push(thrown)
    }
  }
  const last = failures.at(-1)
  if (last === undefined) throw failed(file.name, new Error('the catalogue has no address for it'))
  throw new EspalierError(last.code, failures.map(({ message }) => message).join('\n'), last.hint, { cause: last })
}

async function fetchFrom(address: string, part: string, { file, signal, onProgress }: FetchRequest): Promise<void> {
  const there = await sizeOf(part)
  if (there >= file.bytes) return there > file.bytes ? rm(part) : undefined
  const patient = new AbortController()
  const wait = (): NodeJS.Timeout => setTimeout(() => patient.abort(new Error('the server says nothing')), patience)
  let timer = wait()
  try {
    const range = there > 0 ? { range: `bytes=${there}-` } : undefined
    const response = await fetch(address, {
      ...(range && { headers: range }),
      signal: AbortSignal.any([signal, patient.signal]),
    })
    const goesOn = response.status === 206 && startOf(response) === there
    if (!response.ok || response.body === null || (response.status === 206 && !goesOn))
      throw new Error(`it answers ${response.status}`)
    const output = await open(part, goesOn ? 'a' : 'w')
    try {
      let bytes = goesOn ? there : 0
      for await (const chunk of response.body) {
        clearTimeout(timer)
        timer = wait()
        bytes += chunk.length
        if (bytes > file.bytes) throw new Error(`it gives more than the ${file.bytes} bytes of the official file`)
        await output.write(chunk)
        onProgress(bytes)
      }
    } finally {
      await output.close()
    }
  } catch (cause) {
    throw failed(address, cause, signal)
  } finally {
    clearTimeout(timer)
  }
}

async function verify(address: string, part: string, file: CatalogueFile): Promise<void> {
  const bytes = await sizeOf(part)
  if (bytes < file.bytes) throw failed(address, new Error(`it ended after ${bytes} of ${file.bytes} bytes`))
  if ((await hashOf(part)) === file.sha256) return
  await rm(part)
  throw new EspalierError(
    'download/hash',
    `What ${address} gave is not the official ${file.name}: its SHA-256 is another. It was removed.`,
    'Try again; if it stays, fetch the file by hand from the authors’ page.',
  )
}

/** Where a partial answer begins; null where it does not say. */
function startOf(response: Response): number | null {
  const match = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')
  return match === null ? null : Number(match[1])
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  )
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array)
  return hash.digest('hex')
}

function failed(address: string, cause: unknown, signal?: AbortSignal): Error {
  // Failures of the disk are no fault of the server.
  if (cause instanceof Error && 'syscall' in cause) return cause
  if (signal?.aborted === true)
    return new EspalierError(
      'job/cancelled',
      `The download of ${address} was stopped.`,
      'Give the same command again to go on.',
    )
  const inner = cause instanceof Error && cause.cause instanceof Error ? ` (${cause.cause.message})` : ''
  const why = cause instanceof Error ? cause.message + inner : String(cause)
  return new EspalierError(
    'download/failed',
    `${address} did not give the file: ${why}.`,
    'Give the same command again: it goes on where it stopped. Or fetch the files by hand (espalier data catalogue names them).',
    { cause },
  )
}

function unwritable(path: string, cause: unknown): EspalierError {
  return new EspalierError(
    'input/unreadable',
    `${path} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}.`,
    'Choose another folder with --to, or make room.',
    { cause },
  )
}
