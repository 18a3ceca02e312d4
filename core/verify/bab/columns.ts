// The open domains of a pool as plain columns, in the order of its heap, and a pool filled from them.
import { emptyRecord, type DomainPool, type DomainRecord, type PoolLayout } from './pool.ts'

/** Domain k of `size` has entry k of the first six, and the k-th stretch of the others. */
export interface DomainColumns {
  readonly layout: PoolLayout
  readonly size: number
  readonly bound: Float32Array
  readonly plain: Float32Array
  readonly row: Int32Array
  readonly depth: Int32Array
  readonly polished: Int32Array
  /** Places in the recorded trees. */
  readonly node: Int32Array
  /** [size, U] */
  readonly alpha: Float32Array
  /** [size, U] */
  readonly beta: Float32Array
  /** [size, U] */
  readonly sign: Int8Array
  /** [size, candidates] */
  readonly candidates: Int32Array
  /** [size, candidates] */
  readonly pull: Float32Array
  /** [size, mixed] */
  readonly mix: Float32Array
}

export function columnsOf(pool: DomainPool): DomainColumns {
  const { layout, size } = pool
  const { neurons, candidates, mixed } = layout
  const columns: DomainColumns = {
    layout,
    size,
    bound: new Float32Array(size),
    plain: new Float32Array(size),
    row: new Int32Array(size),
    depth: new Int32Array(size),
    polished: new Int32Array(size),
    node: new Int32Array(size),
    alpha: new Float32Array(size * neurons),
    beta: new Float32Array(size * neurons),
    sign: new Int8Array(size * neurons),
    candidates: new Int32Array(size * candidates),
    pull: new Float32Array(size * candidates),
    mix: new Float32Array(size * mixed),
  }
  let k = 0
  pool.forEach(emptyRecord(layout), (domain) => write(columns, k++, domain))
  return columns
}

/** Adds the domains to an empty pool. @throws RangeError where the pool is of another layout */
export function fillPool(pool: DomainPool, columns: DomainColumns): void {
  const { layout, size } = columns
  const { neurons, candidates, mixed } = layout
  const same = pool.layout.neurons === neurons && pool.layout.candidates === candidates && pool.layout.mixed === mixed
  if (!same) throw new RangeError('the kept domains are of another layout')
  const domain = emptyRecord(layout)
  for (let k = 0; k < size; k++) {
    domain.bound = columns.bound[k]
    domain.plain = columns.plain[k]
    domain.row = columns.row[k]
    domain.depth = columns.depth[k]
    domain.polished = columns.polished[k]
    domain.node = columns.node[k]
    domain.alpha.set(columns.alpha.subarray(k * neurons, (k + 1) * neurons))
    domain.beta.set(columns.beta.subarray(k * neurons, (k + 1) * neurons))
    domain.sign.set(columns.sign.subarray(k * neurons, (k + 1) * neurons))
    domain.candidates.set(columns.candidates.subarray(k * candidates, (k + 1) * candidates))
    domain.pull.set(columns.pull.subarray(k * candidates, (k + 1) * candidates))
    domain.mix?.set(columns.mix.subarray(k * mixed, (k + 1) * mixed))
    pool.push(domain)
  }
}

function write(columns: DomainColumns, k: number, domain: DomainRecord): void {
  const { neurons, candidates, mixed } = columns.layout
  columns.bound[k] = domain.bound
  columns.plain[k] = domain.plain
  columns.row[k] = domain.row
  columns.depth[k] = domain.depth
  columns.polished[k] = domain.polished
  columns.node[k] = domain.node
  columns.alpha.set(domain.alpha, k * neurons)
  columns.beta.set(domain.beta, k * neurons)
  columns.sign.set(domain.sign, k * neurons)
  columns.candidates.set(domain.candidates, k * candidates)
  columns.pull.set(domain.pull, k * candidates)
  if (domain.mix) columns.mix.set(domain.mix, k * mixed)
}
