// Where a line touches the sigmoid: chords and valid tangent points on [l, u], in float64 (spec C.3).

/** 1 / (1 + exp(-z)) */
export function sigma(z: number): number {
  return 1 / (1 + Math.exp(-z))
}

/** Derivative of the sigmoid. */
export function slopeAt(z: number): number {
  const s = sigma(z)
  return s * (1 - s)
}

/**
 * The largest d ≤ 0 (to 1e-12, from the safe side) whose tangent passes below the curve's point at u > 0:
 * σ(d) + σ'(d)(u − d) ≤ σ(u).
 */
export function lowestTouch(u: number): number {
  const passes = (d: number): boolean => sigma(d) + slopeAt(d) * (u - d) <= sigma(u)
  let safe = -1
  while (!passes(safe) && safe > -1e6) safe *= 2
  let high = 0
  for (let step = 0; step < 60 && high - safe > 1e-12; step++) {
    const middle = (safe + high) / 2
    if (passes(middle)) safe = middle
    else high = middle
  }
  return safe
}

/** A bounding line: a fixed chord, or any tangent at a point of [first, last] (`standard`: plain CROWN's choice). */
export interface Touch {
  readonly chord: boolean
  readonly first: number
  readonly standard: number
  readonly last: number
}

const chordTouch: Touch = { chord: true, first: 0, standard: 0, last: 0 }

/** The line below the sigmoid on [l, u]. */
export function lowerTouch(l: number, u: number): Touch {
  const middle = (l + u) / 2
  if (u - l < 1e-9) return { chord: false, ...pinned(l >= 0 ? u : l) }
  if (u <= 0) return { chord: false, first: l, standard: middle, last: u }
  const k = (sigma(u) - sigma(l)) / (u - l)
  if (l >= 0 || k <= slopeAt(l)) return chordTouch
  const touch = lowestTouch(u)
  return { chord: false, first: Math.min(l, touch), standard: Math.min(touch, middle), last: touch }
}

/** The line above: the sigmoid is odd about (0, 1/2), so this is the mirror image of the line below on [−u, −l]. */
export function upperTouch(l: number, u: number): Touch {
  const mirror = lowerTouch(-u, -l)
  return { chord: mirror.chord, first: -mirror.last, standard: -mirror.standard, last: -mirror.first }
}

function pinned(at: number): { first: number; standard: number; last: number } {
  return { first: at, standard: at, last: at }
}
