// Reads one IDX file, plain or gzip, in a single pass into memory of exactly the promised size.
import { EspalierError } from '../../contract/errors.ts'
import { openDataFile, type DataFile } from '../files.ts'
import { defaultLimits, type DataLimits } from '../limits.ts'
import { withinMemory } from '../memory.ts'
import { checkClaim, longestHeader, parseIdxHeader, truncated, type IdxHeader, type IdxRole } from './header.ts'

/** `extents` is [count, height, width] for images and [count] for labels; `bytes` is row-major. */
export interface IdxArray {
  readonly extents: readonly number[]
  readonly bytes: Uint8Array
}

/**
 * Reads an IDX file of unsigned bytes.
 * @throws EspalierError `input/*`, `data/gzip`, `data/idx-magic`, `data/idx-truncated`, `data/idx-trailing`, `data/too-large`
 */
export function readIdx(path: string, role: IdxRole, limits: DataLimits = defaultLimits): Promise<IdxArray> {
  return withinMemory(path, () => readWhole(path, role, limits))
}

async function readWhole(path: string, role: IdxRole, limits: DataLimits): Promise<IdxArray> {
  const file = await openDataFile(path)
  if (!file.gzip && file.bytes > limits.bytes) throw tooLarge(file, limits)
  const reader = new IdxReader(file, role, limits)
  for await (const chunk of file.chunks()) reader.push(chunk)
  return reader.finish()
}

class IdxReader {
  readonly #file: DataFile
  readonly #role: IdxRole
  readonly #limits: DataLimits
  #start: Uint8Array = new Uint8Array(0)
  #header: IdxHeader | null = null
  #body: Uint8Array = new Uint8Array(0)
  #filled = 0

  constructor(file: DataFile, role: IdxRole, limits: DataLimits) {
    this.#file = file
    this.#role = role
    this.#limits = limits
  }

  push(chunk: Uint8Array): void {
    if (this.#header !== null) {
      this.#append(chunk, this.#header)
      return
    }
    this.#start = Buffer.concat([this.#start, chunk])
    if (this.#start.length >= longestHeader) this.#open()
  }

  finish(): IdxArray {
    const header = this.#header ?? this.#open()
    if (this.#filled < header.bodyBytes) {
      throw truncated(
        this.#file.path,
        `${this.#filled} of ${header.bodyBytes} bytes are there for extents ${header.extents.join(' × ')}`,
      )
    }
    return { extents: header.extents, bytes: this.#body }
  }

  #open(): IdxHeader {
    const { path, bytes, gzip } = this.#file
    const header = parseIdxHeader(path, this.#start, this.#role, this.#limits)
    checkClaim(path, header, bytes, gzip)
    this.#header = header
    this.#body = new Uint8Array(header.bodyBytes)
    this.#append(this.#start.subarray(header.headerBytes), header)
    this.#start = new Uint8Array(0)
    return header
  }

  #append(chunk: Uint8Array, header: IdxHeader): void {
    if (this.#filled + chunk.length > header.bodyBytes) {
      throw new EspalierError(
        'data/idx-trailing',
        `${this.#file.path} goes on after its ${header.extents.join(' × ')} values.`,
        'The header and the content disagree: take the original file again.',
      )
    }
    this.#body.set(chunk, this.#filled)
    this.#filled += chunk.length
  }
}

function tooLarge(file: DataFile, limits: DataLimits): EspalierError {
  return new EspalierError(
    'data/too-large',
    `${file.path} has ${file.bytes} bytes, more than the limit of ${limits.bytes}.`,
    'Give a smaller file, such as a part of the dataset.',
  )
}
