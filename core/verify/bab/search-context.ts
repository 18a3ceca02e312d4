// What a search is given to work on, what it counts, and what it can hand over to another process.
import type { DomainBounder } from '../../bounds/domain-bounder.ts'
import type { DomainConfirmer } from '../../bounds/domain-confirmer.ts'
import type { DomainColumns } from './columns.ts'
import type { DomainEnvelope } from './domain-envelope.ts'
import type { DomainRecord } from './pool.ts'
import type { TreeRecorder } from './recorder.ts'
import type { OpenNeurons } from './root.ts'
import type { BabSettings } from './settings.ts'

/** What a search works on. */
export interface SearchContext {
  readonly bounder: DomainBounder
  /** Bounds again what float32's rounding alone keeps open; null where the engine has no float64. */
  readonly confirmer: DomainConfirmer | null
  readonly open: OpenNeurons
  /** Raises the bounds of open domains; null where the network has no layer for it. */
  readonly envelope: DomainEnvelope | null
  /** Rows of the property; mixed in every domain (`any-positive`) or one a domain. */
  readonly rows: number
  readonly mixed: boolean
  /** Keep the open domains of each row in a pool of their own, to be worked on row by row. */
  readonly separate?: boolean
  readonly settings: BabSettings
  /** Whether the network's float32 outputs at a minimiser look like a counterexample. */
  looksFalse(outputs: Float32Array): boolean
  /** Offered such a minimiser; true ends the search. */
  tryPoint(point: Float32Array): boolean
  /** Exact lower bound of a domain with nothing left to split; −∞ when there is none. */
  settle(domain: DomainRecord): Promise<number>
  /** Told about every split and leaf, where a proof is written down. */
  readonly recorder?: TreeRecorder
}

export interface SearchStatistics {
  /** Children bounded. */
  domains: number
  /** Calls of the bounding program. */
  batches: number
  /** Domains handed to the exact solver. */
  settled: number
  /** Domains that nothing could decide. */
  undecided: number
  deepest: number
}

/** All that is proved and all that is open; `closed`: smallest bound of each row's domains that left, [rows]. */
export interface SearchContents {
  readonly statistics: SearchStatistics
  readonly closed: Float64Array
  readonly domains: DomainColumns
}
