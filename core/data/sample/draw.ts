// Draws the sample set: every image is its class's skeleton under a hand that shifts, turns, bends and presses anew.
import { EspalierError } from '../../contract/errors.ts'
import { createDataset, createDatasetPair, type Dataset, type DatasetPair } from '../dataset.ts'
import { SeededRandom } from '../random.ts'
import { Canvas } from './canvas.ts'
import { glyphs, type Glyph } from './glyphs.ts'
import { drawHand, type Hand } from './hand.ts'
import type { Point } from './strokes.ts'

const side = 28
const largestCount = 1_000_000

/** Which sample set; the same options give the same bytes on every machine. */
export interface SampleOptions {
  readonly seed?: number
  readonly train?: number
  readonly test?: number
}

/**
 * The procedural sample set: 28×28 grey images of ten glyphs, white on black.
 * @throws EspalierError `recipe/invalid` for a count that is no whole number in 1…1,000,000 or a bad seed
 */
export function drawSampleSet({ seed = 1, train = 10_000, test = 2_000 }: SampleOptions = {}): DatasetPair {
  checkCount('training', train)
  checkCount('test', test)
  const random = new SeededRandom(seed).fork('sample set 1')
  const name = 'sample'
  return createDatasetPair(name, drawSplit(name, 'train', train, random), drawSplit(name, 'test', test, random))
}

function drawSplit(name: string, split: Dataset['split'], count: number, root: SeededRandom): Dataset {
  const random = root.fork(split)
  const canvas = new Canvas(side)
  const pixels = new Uint8Array(count * side * side)
  const labels = drawLabels(count, random)
  for (const [index, label] of labels.entries()) {
    drawImage(canvas, glyphs[label], random)
    for (let k = 0, to = index * side * side; k < side * side; k++, to++) {
      pixels[to] = Math.round(canvas.ink[k] * 255)
    }
  }
  const classes = glyphs.map((glyph) => glyph.name)
  return createDataset({
    name,
    split,
    shape: [1, side, side],
    classes,
    pixels,
    labels,
    source: `The ${split} sample set`,
  })
}

function checkCount(split: string, count: number): void {
  if (Number.isInteger(count) && count >= 1 && count <= largestCount) return
  throw new EspalierError(
    'recipe/invalid',
    `The sample set cannot have ${count} ${split} images.`,
    `Ask for a whole number from 1 to ${largestCount}.`,
  )
}

/** Every class equally often (to one image), in random order. */
function drawLabels(count: number, random: SeededRandom): Uint8Array {
  return Uint8Array.from(random.permutation(count), (place) => place % glyphs.length)
}

function drawImage(canvas: Canvas, glyph: Glyph, random: SeededRandom): void {
  canvas.clear()
  const hand = drawHand(random, side)
  for (const stroke of glyph.strokes) {
    let before: Point | null = null
    for (const point of stroke) {
      const at = hand.place(point)
      if (before !== null) canvas.segment(before[0], before[1], at[0], at[1], hand.halfWidth(point), hand.strength)
      before = at
    }
  }
  addGrain(canvas.ink, hand, random)
}

/** Uneven ink: only where there is ink, so that the background stays 0. */
function addGrain(ink: Float32Array, hand: Hand, random: SeededRandom): void {
  for (let k = 0; k < ink.length; k++) {
    const value = ink[k]
    if (value > 0) ink[k] = Math.min(1, Math.max(0, value * (1 + hand.grain * random.normal())))
  }
}
