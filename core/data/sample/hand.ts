// The hand that draws one image: a random affine map, a smooth bend, a pen width that varies, an ink strength.
import type { SeededRandom } from '../random.ts'
import type { Point } from './strokes.ts'

/** How far a hand strays; angles in radians, lengths in units of the glyph's square [-1, 1]² unless said otherwise. */
const spread = {
  turn: 0.32,
  shear: 0.28,
  size: [0.68, 0.94],
  aspect: 0.14,
  /** Pixels. */
  shift: 2.3,
  bend: 0.14,
  /** Pixels. */
  halfWidth: [1.4, 2.3],
  pressure: 0.25,
  strength: [0.9, 1],
  grain: 0.06,
} as const

/** One drawing: maps skeleton points to pixels; `halfWidth` in pixels at a skeleton point; `strength` in 0…1. */
export interface Hand {
  readonly strength: number
  /** Standard deviation of the ink's unevenness, relative. */
  readonly grain: number
  place(point: Point): Point
  halfWidth(point: Point): number
}

/** A fresh hand for a canvas of `side` pixels. */
export function drawHand(random: SeededRandom, side: number): Hand {
  const map = drawAffine(random, side)
  const bend = [drawWave(random, spread.bend), drawWave(random, spread.bend)] as const
  const pressure = drawWave(random, spread.pressure)
  const width = random.between(...spread.halfWidth)
  return {
    strength: random.between(...spread.strength),
    grain: spread.grain,
    place: (point) => map(point[0] + bend[0](point), point[1] + bend[1](point)),
    halfWidth: (point) => width * (1 + pressure(point)),
  }
}

function drawAffine(random: SeededRandom, side: number): (x: number, y: number) => Point {
  const angle = spread.turn * random.normal()
  const shear = random.between(-spread.shear, spread.shear)
  const size = (side / 2) * random.between(...spread.size)
  const aspect = Math.exp(random.between(-spread.aspect, spread.aspect))
  const centre = (side - 1) / 2
  const shiftX = centre + random.between(-spread.shift, spread.shift)
  const shiftY = centre + random.between(-spread.shift, spread.shift)
  const cos = Math.cos(angle) * size
  const sin = Math.sin(angle) * size
  return (x, y) => {
    const wide = (x + shear * y) * aspect
    const high = y / aspect
    return [shiftX + cos * wide - sin * high, shiftY + sin * wide + cos * high]
  }
}

/** A plane sine wave of random direction, wave length and phase, amplitude up to `size`. */
function drawWave(random: SeededRandom, size: number): (point: Point) => number {
  const amplitude = random.between(-size, size)
  const kx = random.between(-2.5, 2.5)
  const ky = random.between(-2.5, 2.5)
  const phase = random.between(0, 2 * Math.PI)
  return ([x, y]) => amplitude * Math.sin(kx * x + ky * y + phase)
}
