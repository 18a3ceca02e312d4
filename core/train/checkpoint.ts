// The state of a training run after an epoch, as plain data and as bytes that resume to the identical bits.
import { createHash } from 'node:crypto'
import { EspalierError } from '../contract/errors.ts'
import type { EarlyStopState } from './early-stop.ts'
import type { EpochReport } from './report.ts'
import type { ScheduleState } from './schedule.ts'
import type { NetworkState, TrainState } from './state.ts'

/** `last` and `best` hold flat vectors in parameter order (layout.ts); `best` is what would be returned. */
export interface TrainCheckpoint {
  /** Hash of network, data, options, seed and masks: a checkpoint continues only its own training. */
  readonly identity: string
  /** Epochs finished. The generator needs no more: each epoch's batches are forked from seed and epoch. */
  readonly epoch: number
  readonly last: TrainState
  readonly best: NetworkState
  readonly schedule: ScheduleState
  readonly earlyStop: EarlyStopState
  readonly history: readonly EpochReport[]
}

const magic = 'ESPTRAIN2\n'
const digestLength = 32

type Header = Omit<TrainCheckpoint, 'last' | 'best'> & { readonly lengths: readonly number[] }

/** Magic, SHA-256 of the rest, header length, JSON header, then the vectors as little-endian float32. */
export function serializeCheckpoint(checkpoint: TrainCheckpoint): Uint8Array {
  const { last, best, ...rest } = checkpoint
  const vectors = [...vectorsOf(last), last.velocity, last.free, ...vectorsOf(best)]
  const header: Header = { ...rest, lengths: vectors.map(({ length }) => length) }
  const json = Buffer.from(JSON.stringify(header))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(json.length)
  const body = Buffer.concat([
    length,
    json,
    ...vectors.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength)),
  ])
  return new Uint8Array(Buffer.concat([Buffer.from(magic), createHash('sha256').update(body).digest(), body]))
}

/** @throws EspalierError 'model/corrupt' where a byte is missing or wrong */
export function parseCheckpoint(bytes: Uint8Array): TrainCheckpoint {
  const start = magic.length + digestLength
  const file = Buffer.from(bytes)
  const body = file.subarray(start)
  const digest = file.subarray(magic.length, start)
  const intact = createHash('sha256').update(body).digest().equals(digest)
  if (file.toString('latin1', 0, magic.length) !== magic || !intact) throw damaged()
  const headerLength = body.readUInt32LE(0)
  const { lengths, ...rest } = JSON.parse(body.toString('utf8', 4, 4 + headerLength)) as Header
  let at = 4 + headerLength
  const vectors = lengths.map((length) => {
    const copy = Uint8Array.from(body.subarray(at, (at += length * 4)))
    return new Float32Array(copy.buffer)
  })
  const [velocity, free] = vectors.slice(3)
  return { ...rest, last: { ...networkState(vectors), velocity, free }, best: networkState(vectors.slice(5)) }
}

function vectorsOf({ weights, statistics, grafts }: NetworkState): readonly Float32Array[] {
  return [weights, statistics, grafts]
}

function networkState([weights, statistics, grafts]: readonly Float32Array[]): NetworkState {
  return { weights, statistics, grafts }
}

function damaged(): EspalierError {
  return new EspalierError(
    'model/corrupt',
    'The training checkpoint is damaged or not one.',
    'Train again from the beginning; a checkpoint is written after every epoch.',
  )
}
