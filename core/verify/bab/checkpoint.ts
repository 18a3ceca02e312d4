// The open domains of a search as bytes and back, so that an interrupted proof goes on where it was.
import { EspalierError } from '../../contract/errors.ts'
import { DomainPool, emptyRecord, type DomainRecord, type PoolLayout } from './pool.ts'

/** "ESPB" and the version of the layout below. */
const MAGIC = 0x45535042
const VERSION = 1
const HEADER_BYTES = 28

/**
 * Header: magic, version, neurons, candidates, mixed, domains, length of `key` (uint32 each), the key in UTF-8; then the
 * domains one after another. `key` says what the domains belong to: network, property, root bounds, settings.
 */
export function savePool(pool: DomainPool, key: string): Uint8Array {
  const { neurons, candidates, mixed } = pool.layout
  const name = new TextEncoder().encode(key)
  const bytes = new Uint8Array(HEADER_BYTES + name.length + pool.size * recordBytes(pool.layout))
  const view = new DataView(bytes.buffer)
  const header = [MAGIC, VERSION, neurons, candidates, mixed, pool.size, name.length]
  header.forEach((value, i) => view.setUint32(4 * i, value, true))
  bytes.set(name, HEADER_BYTES)
  let at = HEADER_BYTES + name.length
  pool.forEach(emptyRecord(pool.layout), (domain) => (at = walkRecord(domain, at, writer(view))))
  return bytes
}

/** @throws EspalierError 'input/unreadable' when the bytes are not a checkpoint of `key`, or are cut short. */
export function restorePool(bytes: Uint8Array, key: string): DomainPool {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < HEADER_BYTES) throw unreadable('it is cut short')
  const [magic, version, neurons, candidates, mixed, size, length] = Array.from({ length: 7 }, (_, i) =>
    view.getUint32(4 * i, true),
  )
  if (magic !== MAGIC || version !== VERSION) throw unreadable('it is of another kind or version')
  const layout: PoolLayout = { neurons, candidates, mixed }
  if (bytes.length !== HEADER_BYTES + length + size * recordBytes(layout)) throw unreadable('it is cut short')
  if (new TextDecoder().decode(bytes.subarray(HEADER_BYTES, HEADER_BYTES + length)) !== key)
    throw unreadable('it belongs to another question')
  const pool = new DomainPool(layout)
  const domain = emptyRecord(layout)
  let at = HEADER_BYTES + length
  for (let k = 0; k < size; k++) {
    at = walkRecord(domain, at, reader(view))
    pool.push(domain)
  }
  return pool
}

/** Reads or writes one number and returns what is to be kept in the record. */
type Visit = (at: number, kind: 'Float32' | 'Int32' | 'Int8', value: number) => number

/** Visits every number of a record in order; returns the place after it. */
function walkRecord(domain: DomainRecord, start: number, visit: Visit): number {
  let at = start
  const each = (
    values: Float32Array | Int32Array | Int8Array,
    kind: 'Float32' | 'Int32' | 'Int8',
    bytes: number,
  ): void => {
    for (let i = 0; i < values.length; i++, at += bytes) values[i] = visit(at, kind, values[i])
  }
  domain.bound = visit(at, 'Float32', domain.bound)
  domain.row = visit(at + 4, 'Int32', domain.row)
  domain.depth = visit(at + 8, 'Int32', domain.depth)
  domain.polished = visit(at + 12, 'Int32', domain.polished)
  at += 16
  each(domain.alpha, 'Float32', 4)
  each(domain.beta, 'Float32', 4)
  each(domain.sign, 'Int8', 1)
  each(domain.candidates, 'Int32', 4)
  if (domain.mix) each(domain.mix, 'Float32', 4)
  return at
}

function writer(view: DataView): Visit {
  return (at, kind, value) => {
    view[`set${kind}`](at, value, true)
    return value
  }
}

function reader(view: DataView): Visit {
  return (at, kind) => view[`get${kind}`](at, true)
}

function recordBytes({ neurons, candidates, mixed }: PoolLayout): number {
  return 16 + 9 * neurons + 4 * (candidates + mixed)
}

function unreadable(why: string): EspalierError {
  return new EspalierError(
    'input/unreadable',
    `the checkpoint of a branch and bound cannot be used: ${why}`,
    'Start the verification again.',
  )
}
