// Convex polygons in exact homogeneous coordinates, cut by the zeros of affine functions.
import { add, multiply, negate, signOf, type Dyadic } from './dyadic.ts'

/** The point (x/w, y/w), w > 0. */
export interface Point {
  readonly x: Dyadic
  readonly y: Dyadic
  readonly w: Dyadic
}

/** Vertices in order; a segment has two and a single point one. */
export type Polygon = readonly Point[]

/** a·x + b·y + c */
export interface Form {
  readonly a: Dyadic
  readonly b: Dyadic
  readonly c: Dyadic
}

/** w times the value of the form at the point: its sign is the value's. */
export function valueAt({ a, b, c }: Form, { x, y, w }: Point): Dyadic {
  return add(add(multiply(a, x), multiply(b, y)), multiply(c, w))
}

/** The parts of the polygon where the form is ≥ 0 and ≤ 0; a part that is no more than a zero of the form is left out. */
export function cut(polygon: Polygon, form: Form): { readonly above: Polygon | null; readonly below: Polygon | null } {
  const values = polygon.map((point) => valueAt(form, point))
  const signs = values.map(signOf)
  if (!signs.includes(-1)) return { above: polygon, below: null }
  if (!signs.includes(1)) return { above: null, below: polygon }
  return { above: side(polygon, values, 1), below: side(polygon, values, -1) }
}

function side(polygon: Polygon, values: readonly Dyadic[], sign: 1 | -1): Polygon {
  const kept: Point[] = []
  for (const [i, point] of polygon.entries()) {
    const j = (i + 1) % polygon.length
    if (signOf(values[i]) * sign >= 0) kept.push(point)
    if (signOf(values[i]) * signOf(values[j]) >= 0) continue
    if (polygon.length === 2 && i === 1) continue
    kept.push(crossing(point, values[i], polygon[j], values[j]))
  }
  return kept
}

/** Where the form with values of opposite sign at p and q is zero between them: |f(q)|·p + |f(p)|·q. */
function crossing(p: Point, atP: Dyadic, q: Point, atQ: Dyadic): Point {
  const [u, v] = [absolute(atQ), absolute(atP)]
  const mix = (a: Dyadic, b: Dyadic): Dyadic => add(multiply(u, a), multiply(v, b))
  return reduced({ x: mix(p.x, q.x), y: mix(p.y, q.y), w: mix(p.w, q.w) })
}

function absolute(value: Dyadic): Dyadic {
  return value.m < 0n ? negate(value) : value
}

/** The same point without common factors, which would double in size with every cut. */
function reduced({ x, y, w }: Point): Point {
  const common = gcd(gcd(x.m, y.m), w.m)
  const divided = ({ m, e }: Dyadic): Dyadic => ({ m: m / common, e: m === 0n ? 0 : e - w.e })
  return { x: divided(x), y: divided(y), w: divided(w) }
}

function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b]
  while (y !== 0n) [x, y] = [y, x % y]
  return x
}
