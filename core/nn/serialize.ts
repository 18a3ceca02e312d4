// Networks as bytes: a JSON header, raw little-endian parameter blocks, and a SHA-256 over both.
import { createHash } from 'node:crypto'
import { EspalierError } from '../contract/errors.ts'
import { headerOf, networkFrom, parseHeader, type NetworkHeader } from './header.ts'
import { sizeOf } from './layer.ts'
import type { Network } from './network.ts'
import { allParameters } from './parameters.ts'

/*
 * Layout: magic (8 bytes), header length (uint32), header (UTF-8 JSON), zeros up to a multiple of 8,
 * then for each parameter in node and slot order its numbers, padded to 8, then the digest of all before (32 bytes).
 * Numbers are little-endian, as on every platform that Node and Electron run on.
 */
const magic = Buffer.from('ESPNET1\n', 'latin1')
const digestBytes = 32
const prefixBytes = magic.length + 4

/** The content hash (hex SHA-256): structure and every bit of the parameters, but not the name. */
export function networkHash(network: Network): string {
  const hash = createHash('sha256')
  for (const part of bodyParts({ ...network, name: '' })) hash.update(part)
  return hash.digest('hex')
}

/** The network as bytes; `parseNetwork` gives it back bit for bit. */
export function serializeNetwork(network: Network): Uint8Array {
  const parts = bodyParts(network)
  const body = Buffer.concat(parts)
  return new Uint8Array(Buffer.concat([body, sha256(body)]))
}

/**
 * Reads what `serializeNetwork` wrote. Sizes and digest are checked before anything is allocated for parameters.
 * @throws EspalierError 'model/corrupt' on truncated, altered or inconsistent bytes.
 */
export function parseNetwork(bytes: Uint8Array): Network {
  const body = checkedBody(bytes)
  const headerBytes = body.readUInt32LE(magic.length)
  if (headerBytes > body.length - prefixBytes) throw corrupt('its header is longer than the file')
  const header = parseHeader(body.toString('utf8', prefixBytes, prefixBytes + headerBytes), corrupt)
  const start = align(prefixBytes + headerBytes)
  const blocks = blockOffsets(header, start)
  if (blocks.end !== body.length) {
    throw corrupt(`its header describes ${blocks.end} bytes and the file has ${body.length}`)
  }
  return networkFrom(
    header,
    (index, shape, type) => readBlock(body, blocks.offsets[index], sizeOf(shape), type),
    corrupt,
  )
}

function checkedBody(bytes: Uint8Array): Buffer {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (file.length < prefixBytes + digestBytes) throw corrupt('it is too short')
  if (!file.subarray(0, magic.length).equals(magic)) throw corrupt('it does not begin as a saved network does')
  const body = file.subarray(0, file.length - digestBytes)
  if (!sha256(body).equals(file.subarray(body.length))) throw corrupt('its checksum is wrong')
  return body
}

function bodyParts(network: Network): Uint8Array[] {
  const header = Buffer.from(JSON.stringify(headerOf(network)), 'utf8')
  const prefix = Buffer.alloc(prefixBytes)
  magic.copy(prefix)
  prefix.writeUInt32LE(header.length, magic.length)
  const parts: Uint8Array[] = [prefix, header, padding(prefixBytes + header.length)]
  for (const { parameter } of allParameters(network)) {
    const { buffer, byteOffset, byteLength } = parameter.data
    parts.push(new Uint8Array(buffer, byteOffset, byteLength), padding(byteLength))
  }
  return parts
}

/** Where each parameter begins, and where the last one ends, from the header alone. */
function blockOffsets(header: NetworkHeader, start: number): { offsets: number[]; end: number } {
  let end = start
  const offsets = header.nodes.flatMap((node) =>
    node.parameters.map(({ shape, type }) => {
      const offset = end
      end = align(end + sizeOf(shape) * (type === 'float32' ? 4 : 8))
      return offset
    }),
  )
  return { offsets, end }
}

function readBlock(
  body: Buffer,
  offset: number,
  length: number,
  type: 'float32' | 'float64',
): Float32Array | Float64Array {
  const data = type === 'float32' ? new Float32Array(length) : new Float64Array(length)
  new Uint8Array(data.buffer).set(body.subarray(offset, offset + data.byteLength))
  return data
}

function align(offset: number): number {
  return Math.ceil(offset / 8) * 8
}

function padding(length: number): Uint8Array {
  return new Uint8Array(align(length) - length)
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}

function corrupt(problem: string, options?: ErrorOptions): EspalierError {
  return new EspalierError(
    'model/corrupt',
    `This is not a sound saved network: ${problem}.`,
    'Take the file from its source again, or train the network again.',
    options,
  )
}
