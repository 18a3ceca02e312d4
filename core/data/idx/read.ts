// Reads one IDX file, plain or gzip, in a single pass into memory of exactly the promised size.
import { EspalierError } from '../../contract/errors.ts'
import { readBody } from '../body.ts'
import { openDataFile, type DataFile } from '../files.ts'
import { defaultLimits, type DataLimits } from '../limits.ts'
import { withinMemory } from '../memory.ts'
import { checkClaim, longestHeader, parseIdxHeader, truncated, type IdxRole } from './header.ts'

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
  const { header, body } = await readBody(file.chunks(), {
    header(start, ended) {
      if (start.length < longestHeader && !ended) return null
      const parsed = parseIdxHeader(path, start, role, limits)
      checkClaim(path, parsed, file.bytes, file.gzip)
      return parsed
    },
    truncated: ({ bodyBytes, extents }, filled) =>
      truncated(path, `${filled} of ${bodyBytes} bytes are there for extents ${extents.join(' × ')}`),
    trailing: ({ extents }) => trailing(path, extents),
  })
  return { extents: header.extents, bytes: body }
}

function trailing(path: string, extents: readonly number[]): EspalierError {
  return new EspalierError(
    'data/idx-trailing',
    `${path} goes on after its ${extents.join(' × ')} values.`,
    'The header and the content disagree: take the original file again.',
  )
}

function tooLarge(file: DataFile, limits: DataLimits): EspalierError {
  return new EspalierError(
    'data/too-large',
    `${file.path} has ${file.bytes} bytes, more than the limit of ${limits.bytes}.`,
    'Give a smaller file, such as a part of the dataset.',
  )
}
