// Reads one file of CIFAR records: labels, then 3,072 bytes of a 32×32 image, red, green and blue planes.
import { EspalierError } from '../../contract/errors.ts'
import { openDataFile } from '../files.ts'
import { mostRecords, pixelBytes, recordBytes, type CifarLayout } from './layout.ts'

/** `labels` is the column asked for, `[count]`; `pixels` `[count, 3, 32, 32]`. */
export interface CifarRecords {
  readonly pixels: Uint8Array
  readonly labels: Int32Array
}

/** @throws EspalierError `input/*`, `data/gzip`, `data/truncated`, `data/label-range`, `data/too-large` */
export async function readRecords(path: string, layout: CifarLayout, column: number): Promise<CifarRecords> {
  const size = recordBytes(layout)
  const bytes = await readWhole(path, mostRecords * size)
  const count = Math.floor(bytes.length / size)
  if (count * size !== bytes.length)
    throw new EspalierError(
      'data/truncated',
      `${path} has ${bytes.length} bytes (unpacked), and a record of ${layout.name} has ${size}: the last one is cut short.`,
      'Copy or download the file again and compare its size with the original.',
    )
  const pixels = new Uint8Array(count * pixelBytes)
  const labels = new Int32Array(count)
  for (let record = 0; record < count; record++) {
    const at = record * size
    layout.labels.forEach((classes, place) => checkLabel(path, record, bytes[at + place], classes))
    labels[record] = bytes[at + column]
    pixels.set(bytes.subarray(at + layout.labels.length, at + size), record * pixelBytes)
  }
  return { pixels, labels }
}

function checkLabel(path: string, record: number, label: number, classes: number): void {
  if (label < classes) return
  throw new EspalierError(
    'data/label-range',
    `${path}: label ${label} of image ${record} is outside 0…${classes - 1}.`,
    'The file is no CIFAR binary, or damaged: take the original (binary version) again.',
  )
}

async function readWhole(path: string, most: number): Promise<Uint8Array> {
  const file = await openDataFile(path)
  const parts: Uint8Array[] = []
  let length = 0
  for await (const chunk of file.chunks()) {
    length += chunk.length
    if (length > most)
      throw new EspalierError(
        'data/too-large',
        `${path} holds more than ${mostRecords} images.`,
        'The file is damaged or not meant for this; check where it came from.',
      )
    parts.push(chunk)
  }
  return Buffer.concat(parts)
}
