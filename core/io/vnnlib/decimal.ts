// Doubles as plain decimals without exponents, rounded outward in exact arithmetic.

/** The shortest decimal that reads back as `value`, without exponent: 1e-7 is 0.0000001. */
export function plainDecimal(value: number): string {
  const { negative, digits, scale } = shortest(value)
  return (negative ? '-' : '') + placed(digits, scale)
}

/** The shortest decimal of `value` or, where that is not beyond or at the exact double, the next of its length in `direction`. */
export function outwardDecimal(value: number, direction: 1 | -1): string {
  const { negative, digits, scale } = shortest(value)
  const away = negative ? -direction : direction
  const order = compareExactly(digits, scale, Math.abs(value))
  if (order * away >= 0) return plainDecimal(value)
  return (negative ? '-' : '') + placed(digits + BigInt(away), scale)
}

/** |value| = digits · 10^-scale as JavaScript prints it. */
function shortest(value: number): { readonly negative: boolean; readonly digits: bigint; readonly scale: number } {
  const [mantissa, exponent = '0'] = Math.abs(value).toString().split('e')
  const [integer, fraction = ''] = mantissa.split('.')
  return { negative: value < 0, digits: BigInt(integer + fraction), scale: fraction.length - Number(exponent) }
}

function placed(digits: bigint, scale: number): string {
  if (scale <= 0) return `${digits * 10n ** BigInt(-scale)}.0`
  const text = digits.toString().padStart(scale + 1, '0')
  return `${text.slice(0, -scale)}.${text.slice(-scale)}`
}

/** The sign of digits · 10^-scale − value, for a value that is not negative. */
function compareExactly(digits: bigint, scale: number, value: number): number {
  const bits = new DataView(new ArrayBuffer(8))
  bits.setFloat64(0, value)
  const raw = bits.getBigUint64(0)
  const field = Number((raw >> 52n) & 0x7ffn)
  const fraction = raw & 0xfffffffffffffn
  const mantissa = field === 0 ? fraction : fraction | (1n << 52n)
  const exponent = Math.max(field, 1) - 1075
  let [left, right] = [digits, mantissa]
  if (scale > 0) right *= 10n ** BigInt(scale)
  else left *= 10n ** BigInt(-scale)
  if (exponent > 0) right <<= BigInt(exponent)
  else left <<= BigInt(-exponent)
  return left === right ? 0 : left > right ? 1 : -1
}
