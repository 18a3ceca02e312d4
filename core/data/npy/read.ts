// Reads one NPY array from a file or from inside an archive, in one pass, into memory of exactly the promised size.
import { EspalierError } from '../../contract/errors.ts'
import { readBody } from '../body.ts'
import { defaultLimits, type DataLimits } from '../limits.ts'
import type { Numbers } from '../pixels.ts'
import { valuesOf } from './dtype.ts'
import { parseNpyHeader } from './header.ts'
import { toRowMajor } from './order.ts'

/** Where an array's bytes come from. `most`: no more than so many bytes can come. */
export interface NpyInput {
  readonly name: string
  readonly most: number
  chunks(): AsyncIterable<Uint8Array>
}

/** Row-major values. */
export interface NpyArray {
  readonly name: string
  readonly shape: readonly number[]
  readonly values: Numbers
}

/** @throws EspalierError `data/magic`, `data/type`, `data/truncated`, `data/trailing`, `data/too-large`, and what reading throws */
export async function readNpy(input: NpyInput, limits: DataLimits = defaultLimits): Promise<NpyArray> {
  const { name, most } = input
  const { header, body } = await readBody(input.chunks(), {
    header(start, ended) {
      const parsed = parseNpyHeader(name, start, ended, limits)
      if (parsed !== null && parsed.headerBytes + parsed.bodyBytes > most)
        throw truncated(name, parsed.bodyBytes, most - parsed.headerBytes)
      return parsed
    },
    truncated: ({ bodyBytes }, filled) => truncated(name, bodyBytes, filled),
    trailing: ({ shape }) =>
      new EspalierError(
        'data/trailing',
        `${name} goes on after its array of ${shape.join(' × ')}.`,
        'The header and the content disagree: save the array again.',
      ),
  })
  const { dtype, shape, fortranOrder } = header
  const values = valuesOf(dtype, body)
  return { name, shape, values: fortranOrder ? toRowMajor(values, shape) : values }
}

function truncated(name: string, promised: number, there: number): EspalierError {
  return new EspalierError(
    'data/truncated',
    `${name} is cut short: its header promises ${promised} bytes, and there are at most ${Math.max(0, there)}.`,
    'Copy or save the file again and compare its size with the original.',
  )
}
