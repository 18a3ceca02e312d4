// Exact arithmetic on numbers m·2^e: every float64 is one, and sums and products of them lose nothing.

export interface Dyadic {
  readonly m: bigint
  readonly e: number
}

export const ZERO: Dyadic = { m: 0n, e: 0 }
export const ONE: Dyadic = { m: 1n, e: 0 }

const view = new DataView(new ArrayBuffer(8))

/** The exact value of a finite float64. */
export function dyadic(value: number): Dyadic {
  if (!Number.isFinite(value)) throw new RangeError(`${value} is not finite`)
  view.setFloat64(0, value)
  const bits = view.getBigUint64(0)
  const exponent = Number((bits >> 52n) & 0x7ffn)
  const fraction = bits & 0xf_ffff_ffff_ffffn
  const m = exponent === 0 ? fraction : fraction | (1n << 52n)
  return trimmed(value < 0 ? -m : m, Math.max(exponent, 1) - 1075)
}

export function add(a: Dyadic, b: Dyadic): Dyadic {
  if (a.m === 0n) return b
  if (b.m === 0n) return a
  const e = Math.min(a.e, b.e)
  return trimmed((a.m << BigInt(a.e - e)) + (b.m << BigInt(b.e - e)), e)
}

export function multiply(a: Dyadic, b: Dyadic): Dyadic {
  if (a.m === 0n || b.m === 0n) return ZERO
  return { m: a.m * b.m, e: a.e + b.e }
}

export function negate({ m, e }: Dyadic): Dyadic {
  return { m: -m, e }
}

export function signOf({ m }: Dyadic): -1 | 0 | 1 {
  return m > 0n ? 1 : m < 0n ? -1 : 0
}

/** The nearest float64 of numerator / denominator, to a few units in the last place. */
export function quotient(numerator: Dyadic, denominator: Dyadic): number {
  if (numerator.m === 0n) return 0
  const [n, d] = [leading(numerator), leading(denominator)]
  const exponent = n.e - d.e
  const ratio = n.m / d.m
  // In two steps, so that a result in range does not pass through 0 or infinity.
  const half = Math.trunc(exponent / 2)
  return ratio * 2 ** half * 2 ** (exponent - half)
}

/** The number as float64 mantissa of about 60 bits and exponent. */
function leading({ m, e }: Dyadic): { m: number; e: number } {
  const bits = (m < 0n ? -m : m).toString(2).length
  const drop = Math.max(0, bits - 60)
  return { m: Number(m >> BigInt(drop)), e: e + drop }
}

/** Without trailing zeros. */
function trimmed(m: bigint, e: number): Dyadic {
  if (m === 0n) return ZERO
  const lowest = m & -m
  const zeros = lowest.toString(2).length - 1
  return zeros === 0 ? { m, e } : { m: m >> BigInt(zeros), e: e + zeros }
}
