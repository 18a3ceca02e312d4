// The header of an NPY file: version, dtype, order and shape, checked before anything is allocated (NumPy's format description, NEP 1).
import { EspalierError } from '../../contract/errors.ts'
import type { BodyHeader } from '../body.ts'
import type { DataLimits } from '../limits.ts'
import { dtypeOf, type DType } from './dtype.ts'

/** No extents mean a single number. */
export interface NpyHeader extends BodyHeader {
  readonly dtype: DType
  readonly shape: readonly number[]
  /** The first index moves fastest in the file; otherwise the last one does. */
  readonly fortranOrder: boolean
}

const magic = Buffer.from('\x93NUMPY', 'latin1')
/** Magic, version and the length of the longest form of the header. */
const longestPreamble = 12
/** NumPy itself refuses longer ones. */
const longestHeader = 10_000
const mostExtents = 8

/**
 * The header at the start of a file; null where `start` ends inside it and more may come (`ended` false).
 * @throws EspalierError `data/magic`, `data/truncated`, `data/type`, `data/too-large`
 */
export function parseNpyHeader(name: string, start: Uint8Array, ended: boolean, limits: DataLimits): NpyHeader | null {
  const bytes = Buffer.from(start.buffer, start.byteOffset, start.length)
  if (!bytes.subarray(0, magic.length).equals(magic.subarray(0, bytes.length))) throw notNpy(name)
  const version = bytes.at(6) ?? 1
  if (version < 1 || version > 3)
    throw new EspalierError('data/type', `${name} is NPY of version ${version}.`, 'Save it with numpy.save.')
  if (bytes.length >= longestPreamble || ended) {
    const preamble = version === 1 ? 10 : 12
    if (bytes.length < preamble) throw cut(name)
    const length = version === 1 ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8)
    if (length > longestHeader) throw badHeader(name, `it claims to be ${length} bytes long`)
    const headerBytes = preamble + length
    if (bytes.length >= headerBytes) {
      const text = bytes.toString(version === 3 ? 'utf8' : 'latin1', preamble, headerBytes)
      return headerOf(name, text, headerBytes, limits)
    }
    if (ended) throw cut(name)
  }
  return null
}

function headerOf(name: string, text: string, headerBytes: number, limits: DataLimits): NpyHeader {
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1]
  const extents = /'shape'\s*:\s*\(([\d\s,]*)\)/.exec(text)?.[1]
  const described = /'descr'\s*:\s*(?:'([^']*)'|(\[))/.exec(text)
  if (order === undefined || extents === undefined || described === null)
    throw badHeader(name, 'descr, fortran_order or shape is missing in it')
  const shape = extents.split(',').map((part) => part.trim()).filter((part) => part !== '').map(Number) // prettier-ignore
  const dtype = dtypeOf(name, described.at(1) ?? 'a list of fields')
  const bodyBytes = shape.reduce((product, extent) => product * extent, dtype.bytes)
  const tooLong = shape.length > mostExtents || shape.slice(1).some((extent) => extent > limits.side ** 2)
  if (tooLong || !(bodyBytes + headerBytes <= limits.bytes))
    throw new EspalierError(
      'data/too-large',
      `${name} claims an array of ${shape.join(' × ')} ${dtype.name}: more than the limit of ${limits.bytes} bytes.`,
      'The file is damaged or not meant for this; check where it came from, or save a part of it.',
    )
  return { dtype, shape, fortranOrder: order === 'True', headerBytes, bodyBytes }
}

function notNpy(name: string): EspalierError {
  return new EspalierError(
    'data/magic',
    `${name} is no NPY file: it does not begin with \\x93NUMPY.`,
    'Save the array with numpy.save or numpy.savez.',
  )
}

function badHeader(name: string, how: string): EspalierError {
  return new EspalierError('data/magic', `${name} has no readable NPY header: ${how}.`, 'Save it with numpy.save.')
}

function cut(name: string): EspalierError {
  return new EspalierError(
    'data/truncated',
    `${name} ends inside its NPY header.`,
    'Copy or save the file again and compare its size with the original.',
  )
}
