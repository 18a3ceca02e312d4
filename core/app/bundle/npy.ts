// Images of a bundle as one NPY 1.0 file of float32: read by NumPy, and by us only in exactly this form.
import { altered } from './failure.ts'

/** @param shape [images, channels, height, width] */
export function writeNpy(pixels: Float32Array, shape: readonly number[]): Uint8Array {
  const body = new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength)
  return new Uint8Array(Buffer.concat([header(shape), body]))
}

/** The pixels of a file with that shape. @throws EspalierError 'bundle/altered' for any other header or length */
export function readNpy(bytes: Uint8Array, shape: readonly number[]): Float32Array {
  const start = header(shape)
  const size = shape.reduce((product, extent) => product * extent, 1)
  const same = start.equals(bytes.subarray(0, start.length)) && bytes.length === start.length + 4 * size
  if (!same) throw altered(`images.npy does not hold ${shape.join(' × ')} float32 values`)
  return new Float32Array(Uint8Array.from(bytes.subarray(start.length)).buffer)
}

function header(shape: readonly number[]): Buffer {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')}), }`
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10
  const preamble = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, length & 0xff, length >> 8])
  return Buffer.concat([preamble, Buffer.from(`${text.padEnd(length - 1)}\n`, 'latin1')])
}
