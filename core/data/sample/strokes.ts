// Strokes: polylines in the square [-1, 1]² (y points down), and the curves they are made of.

/** A point; a stroke is the polyline through its points. */
export type Point = readonly [x: number, y: number]
export type Stroke = readonly Point[]

/** Points of neighbouring samples lie about this far apart, so that a smooth warp bends lines too. */
const step = 0.16

/** The straight lines through the corners, sampled finely. */
export function line(...corners: readonly Point[]): Stroke {
  const rest = corners.slice(1).flatMap((to, index) => between(corners[index], to))
  return [...corners.slice(0, 1), ...rest]
}

/** Part of an ellipse; angles in turns, 0 to the right and growing clockwise as y points down. */
export function arc(centre: Point, radii: Point, start: number, turns: number): Stroke {
  const pieces = Math.max(2, Math.round((2 * Math.PI * Math.abs(turns) * Math.max(...radii)) / step))
  return Array.from({ length: pieces + 1 }, (_, piece) => {
    const angle = 2 * Math.PI * (start + (turns * piece) / pieces)
    return [centre[0] + radii[0] * Math.cos(angle), centre[1] + radii[1] * Math.sin(angle)] as const
  })
}

/** A spiral about the origin whose radius grows evenly from `inner` to `outer`. */
export function spiral(inner: number, outer: number, start: number, turns: number): Stroke {
  const pieces = Math.round((Math.PI * turns * (inner + outer)) / step)
  return Array.from({ length: pieces + 1 }, (_, piece) => {
    const radius = inner + ((outer - inner) * piece) / pieces
    const angle = 2 * Math.PI * (start + (turns * piece) / pieces)
    return [radius * Math.cos(angle), radius * Math.sin(angle)] as const
  })
}

function between(from: Point, to: Point): Point[] {
  const pieces = Math.max(1, Math.round(Math.hypot(to[0] - from[0], to[1] - from[1]) / step))
  return Array.from({ length: pieces }, (_, piece) => {
    const t = (piece + 1) / pieces
    return [from[0] + (to[0] - from[0]) * t, from[1] + (to[1] - from[1]) * t] as const
  })
}
