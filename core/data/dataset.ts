// What a dataset is, whatever file format it came from: checked pixels, labels, class names and a content hash.
import { createHash } from 'node:crypto'
import { EspalierError } from '../contract/errors.ts'

/** `[channels, height, width]`. */
export type ImageShape = readonly [channels: number, height: number, width: number]

/** Bytes k stand for k/255; floats are pixel values as they are. Flat, `[count, channels, height, width]`. */
export type Pixels = Uint8Array | Float32Array

/** One split of a dataset. Pixel values are in pixel units (ε is in the same units). */
export interface Dataset {
  readonly name: string
  readonly split: 'train' | 'test'
  readonly count: number
  readonly shape: ImageShape
  readonly classes: readonly string[]
  /** SHA-256 (hex) of shape, classes, pixels and labels: equal content, equal hash, whatever the file was called. */
  readonly hash: string
  readonly pixels: Pixels
  readonly labels: Uint8Array
  /** Image `index` as values, `[channels * height * width]`; a fresh array. */
  image(index: number): Float32Array
  /** The images at `indices`, `[indices.length, channels * height * width]`, into `out` if given. */
  batch(indices: ArrayLike<number>, out?: Float32Array): Float32Array
}

/** The two splits of a dataset; they agree on shape and classes. */
export interface DatasetPair {
  readonly name: string
  readonly train: Dataset
  readonly test: Dataset
  /** SHA-256 (hex) of the two splits' hashes. */
  readonly hash: string
}

/** What `createDataset` needs; `source` is named in errors (a path, or a sentence's subject). */
export interface DatasetParts {
  readonly name: string
  readonly split: 'train' | 'test'
  readonly shape: ImageShape
  readonly classes: readonly string[]
  readonly pixels: Pixels
  readonly labels: Uint8Array
  readonly source: string
}

/**
 * A dataset from its parts.
 * @throws EspalierError `data/shape`, `data/empty`, `data/length-mismatch`, `data/label-range`
 */
export function createDataset(parts: DatasetParts): Dataset {
  checkParts(parts)
  return Object.freeze(new MemoryDataset(parts))
}

/**
 * The pair of two splits.
 * @throws EspalierError `data/shape` where the splits differ in shape or classes
 */
export function createDatasetPair(name: string, train: Dataset, test: Dataset): DatasetPair {
  if (train.shape.join() !== test.shape.join() || train.classes.join('\n') !== test.classes.join('\n')) {
    throw new EspalierError(
      'data/shape',
      `The splits of ${name} differ: training images are [${train.shape.join(', ')}] with ${train.classes.length} classes, test images [${test.shape.join(', ')}] with ${test.classes.length}.`,
      'Use training and test files of the same dataset.',
    )
  }
  const hash = createHash('sha256').update(`espalier-dataset-pair/1 ${train.hash} ${test.hash}`).digest('hex')
  return Object.freeze({ name, train, test, hash })
}

class MemoryDataset implements Dataset {
  readonly name: string
  readonly split: 'train' | 'test'
  readonly count: number
  readonly shape: ImageShape
  readonly classes: readonly string[]
  readonly hash: string
  readonly pixels: Pixels
  readonly labels: Uint8Array
  readonly #size: number

  constructor(parts: DatasetParts) {
    this.name = parts.name
    this.split = parts.split
    this.count = parts.labels.length
    this.shape = Object.freeze([...parts.shape] as const)
    this.classes = Object.freeze([...parts.classes])
    this.pixels = parts.pixels
    this.labels = parts.labels
    this.#size = parts.shape[0] * parts.shape[1] * parts.shape[2]
    this.hash = contentHash(parts)
  }

  image(index: number): Float32Array {
    return this.batch([index])
  }

  batch(indices: ArrayLike<number>, out = new Float32Array(indices.length * this.#size)): Float32Array {
    const size = this.#size
    if (out.length < indices.length * size) {
      throw new RangeError(`batch() of ${indices.length} images needs room for ${indices.length * size} values.`)
    }
    for (let row = 0; row < indices.length; row++) {
      const index = indices[row]
      if (!(Number.isInteger(index) && index >= 0 && index < this.count)) {
        throw new RangeError(`There is no image ${index}: ${this.name} (${this.split}) has ${this.count}.`)
      }
      if (this.pixels instanceof Uint8Array) copyBytes(this.pixels, index * size, out, row * size, size)
      else out.set(this.pixels.subarray(index * size, (index + 1) * size), row * size)
    }
    return out
  }
}

/** k/255 for every byte, rounded to float32 once. */
const byteValues = Object.freeze(Array.from({ length: 256 }, (_, k) => Math.fround(k / 255)))

function copyBytes(from: Uint8Array, start: number, to: Float32Array, offset: number, size: number): void {
  for (let k = 0; k < size; k++) to[offset + k] = byteValues[from[start + k]]
}

function contentHash(parts: DatasetParts): string {
  const kind = parts.pixels instanceof Uint8Array ? 'uint8' : 'float32'
  const head = JSON.stringify(['espalier-dataset/1', kind, parts.labels.length, parts.shape, parts.classes])
  const { buffer, byteOffset, byteLength } = parts.pixels
  return createHash('sha256')
    .update(head)
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .update(parts.labels)
    .digest('hex')
}

function checkParts({ source, shape, classes, pixels, labels }: DatasetParts): void {
  if (!shape.every((extent) => Number.isInteger(extent) && extent > 0)) {
    throw new EspalierError(
      'data/shape',
      `${source}: an image of shape [${shape.join(', ')}] has no pixels.`,
      'Check the file: every extent must be at least 1.',
    )
  }
  if (labels.length === 0) {
    throw new EspalierError('data/empty', `${source} holds no images.`, 'Give a file with at least one image.')
  }
  const images = pixels.length / (shape[0] * shape[1] * shape[2])
  if (images !== labels.length) {
    throw new EspalierError(
      'data/length-mismatch',
      `${source}: ${images} images of shape [${shape.join(', ')}] but ${labels.length} labels.`,
      'Use the images and the labels of the same split.',
    )
  }
  const wrong = labels.findIndex((label) => label >= classes.length)
  if (wrong >= 0) {
    throw new EspalierError(
      'data/label-range',
      `${source}: label ${labels[wrong] ?? '?'} of image ${wrong} is outside 0…${classes.length - 1}.`,
      `The dataset has ${classes.length} classes; repair the labels or name all classes.`,
    )
  }
}
