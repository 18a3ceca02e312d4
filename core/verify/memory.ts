// How much memory a verification may take: the cap of its process, and what each of its parts may have of it.
import { totalmem } from 'node:os'

const GIB = 2 ** 30
/** Tensors of one bounding call, and the proof that is written down, where the cap leaves room for as much. */
const USUAL_PART = GIB / 2
const PART_SHARE = 1 / 8
/** A search has at least this: without room for a few domains there is none. */
const LEAST_ROOM = 64 * 2 ** 20
/** Of the room for open domains: they are copied where they grow, two thirds of them beside the whole. */
const COPIED = 0.6

/** Bytes of the machine, or what this process may have of it where that is limited. */
export function machineMemory(): number {
  const limit = process.constrainedMemory()
  // Without a limit that is 0, or more than any machine has.
  return limit > 0 && limit < totalmem() ? limit : totalmem()
}

/** The cap in bytes that a setting in GiB stands for; 0 is automatic: half of the machine. */
export function memoryCap(gibibytes: number): number {
  return gibibytes > 0 ? gibibytes * GIB : machineMemory() / 2
}

/** Parts of a cap, in bytes. */
export interface MemoryParts {
  /** What the process may hold in all. */
  readonly cap: number
  /** Tensors of one bounding call. */
  readonly call: number
  /** What is written down for proofs. */
  readonly proof: number
}

export function partsOf(cap: number): MemoryParts {
  const part = Math.min(USUAL_PART, PART_SHARE * cap)
  return { cap, call: part, proof: part }
}

/** What open domains may hold of a search that starts now: what is left of the cap beside all that the process holds already. */
export function roomForDomains({ cap, call, proof }: MemoryParts, resident = process.memoryUsage.rss()): number {
  return Math.max(LEAST_ROOM, COPIED * (cap - resident - call - proof))
}
