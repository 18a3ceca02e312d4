// The state of a training run after an epoch, as plain data and as bytes that resume to the identical bits.
import { createHash } from 'node:crypto'
import { EspalierError } from '../contract/errors.ts'
import type { EarlyStopState } from './early-stop.ts'
import type { EpochReport } from './report.ts'
import type { ScheduleState } from './schedule.ts'
import type { TrainState } from './step.ts'

/** `last` and `best` hold flat vectors in parameter order (layout.ts); `best` needs no velocity. */
export interface TrainCheckpoint {
  /** Hash of network, data, options, seed and masks: a checkpoint continues only its own training. */
  readonly identity: string
  /** Epochs finished. The generator needs no more: each epoch's batches are forked from seed and epoch. */
  readonly epoch: number
  readonly last: TrainState
  readonly best: Pick<TrainState, 'weights' | 'statistics'>
  readonly schedule: ScheduleState
  readonly earlyStop: EarlyStopState
  readonly history: readonly EpochReport[]
}

const magic = 'ESPTRAIN1\n'
const digestLength = 32

type Header = Omit<TrainCheckpoint, 'last' | 'best'> & { readonly lengths: readonly number[] }

/** Magic, SHA-256 of the rest, header length, JSON header, then the five vectors as little-endian float32. */
export function serializeCheckpoint(checkpoint: TrainCheckpoint): Uint8Array {
  const { last, best, ...rest } = checkpoint
  const vectors = [last.weights, last.velocity, last.statistics, best.weights, best.statistics]
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
  const [weights, velocity, statistics, bestWeights, bestStatistics] = lengths.map((length) => {
    const copy = Uint8Array.from(body.subarray(at, (at += length * 4)))
    return new Float32Array(copy.buffer)
  })
  const best = { weights: bestWeights, statistics: bestStatistics }
  return { ...rest, last: { weights, velocity, statistics }, best }
}

function damaged(): EspalierError {
  return new EspalierError(
    'model/corrupt',
    'The training checkpoint is damaged or not one.',
    'Train again from the beginning; a checkpoint is written after every epoch.',
  )
}
