// The number types of NPY files that are read, and how their bytes become numbers.
import { EspalierError } from '../../contract/errors.ts'
import type { Numbers } from '../pixels.ts'

type Kind = 'u' | 'i' | 'f' | 'b'

/** `name` as NumPy writes it, such as `<f4`. */
export interface DType {
  readonly name: string
  readonly kind: Kind
  readonly bytes: number
  readonly littleEndian: boolean
}

const sizes: Readonly<Record<Kind, readonly number[]>> = { u: [1, 2, 4, 8], i: [1, 2, 4, 8], f: [4, 8], b: [1] }

/** @throws EspalierError `data/type` for objects (pickles are never read), fields, texts, complex and half numbers */
export function dtypeOf(name: string, text: string): DType {
  const parts = /^([<>|=])([uifb])(\d+)$/.exec(text)
  const kind = parts?.[2] as Kind | undefined
  const bytes = Number(parts?.[3])
  if (parts === null || kind === undefined || !sizes[kind].includes(bytes))
    throw new EspalierError(
      'data/type',
      `${name} holds values of type ${text}.`,
      'Save whole numbers or floats of 32 or 64 bits, such as array.astype("float32"); labels as whole numbers.',
    )
  return { name: text, kind, bytes, littleEndian: parts[1] !== '>' }
}

/** The values of an array's bytes: unsigned bytes as they are, 32-bit floats as such, all others as doubles. */
export function valuesOf({ kind, bytes, littleEndian }: DType, body: Uint8Array<ArrayBuffer>): Numbers {
  if (bytes === 1 && kind !== 'i') return body
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  const read = reader(view, kind, bytes, littleEndian)
  const values = kind === 'f' && bytes === 4 ? new Float32Array(body.length / 4) : new Float64Array(body.length / bytes)
  for (let i = 0; i < values.length; i++) values[i] = read(i * bytes)
  return values
}

function reader(view: DataView, kind: Kind, bytes: number, little: boolean): (at: number) => number {
  if (kind === 'f') return bytes === 4 ? (at) => view.getFloat32(at, little) : (at) => view.getFloat64(at, little)
  const signed = kind === 'i'
  if (bytes === 1) return (at) => view.getInt8(at)
  if (bytes === 2) return signed ? (at) => view.getInt16(at, little) : (at) => view.getUint16(at, little)
  if (bytes === 4) return signed ? (at) => view.getInt32(at, little) : (at) => view.getUint32(at, little)
  return signed ? (at) => Number(view.getBigInt64(at, little)) : (at) => Number(view.getBigUint64(at, little))
}
