// The inner loops of envelopes, two numbers at a time: AssemblyScript, compiled to WebAssembly by `npm run build:kernel`.
//
// Pointers are bytes; counts are multiples of four and every array holds that many; `slope`·a is the chord's line, `inverse` 1/weight.
// Sums go into two registers in turn: the next addition need not wait for the last.

/** `lines` become the parts of `a` that take the coefficients `c` as far towards 0 as they can; returns Σ of their magnitudes. */
export function cancel(a: usize, c: usize, lines: usize, count: i32, slope: f64, inverse: f64): f64 {
  let first = f64x2.splat(0)
  let second = f64x2.splat(0)
  for (const end = a + ((<usize>count) << 3); a < end; a += 32, c += 32, lines += 32) {
    const one = part(v128.load(a), v128.load(c), slope, inverse)
    const two = part(v128.load(a, 16), v128.load(c, 16), slope, inverse)
    v128.store(lines, one)
    v128.store(lines, two, 16)
    first = f64x2.add(first, f64x2.abs(one))
    second = f64x2.add(second, f64x2.abs(two))
  }
  return total(first, second)
}

/** The same where a[k] belongs to c[inputs[k]]. */
export function cancelAt(inputs: usize, a: usize, c: usize, lines: usize, count: i32, slope: f64, inverse: f64): f64 {
  let first = f64x2.splat(0)
  let second = f64x2.splat(0)
  for (const end = a + ((<usize>count) << 3); a < end; a += 32, lines += 32, inputs += 16) {
    const one = part(v128.load(a), pair(inputs, c), slope, inverse)
    const two = part(v128.load(a, 16), pair(inputs + 8, c), slope, inverse)
    v128.store(lines, one)
    v128.store(lines, two, 16)
    first = f64x2.add(first, f64x2.abs(one))
    second = f64x2.add(second, f64x2.abs(two))
  }
  return total(first, second)
}

/** `lines` become `kept` of what they are and `rest` of what is left of `a`; `c` changes by −weight·(line − slope·a). */
export function share(
  a: usize,
  c: usize,
  lines: usize,
  count: i32,
  kept: f64,
  rest: f64,
  slope: f64,
  weight: f64,
): void {
  for (const end = a + ((<usize>count) << 3); a < end; a += 16, c += 16, lines += 16) {
    const whole = v128.load(a)
    const line = mixed(v128.load(lines), whole, kept, rest)
    v128.store(c, moved(v128.load(c), line, whole, slope, weight))
    v128.store(lines, line)
  }
}

/** The same where a[k] belongs to c[inputs[k]]. */
export function shareAt(
  inputs: usize,
  a: usize,
  c: usize,
  lines: usize,
  count: i32,
  kept: f64,
  rest: f64,
  slope: f64,
  weight: f64,
): void {
  for (const end = a + ((<usize>count) << 3); a < end; a += 16, lines += 16, inputs += 8) {
    const whole = v128.load(a)
    const line = mixed(v128.load(lines), whole, kept, rest)
    const changed = moved(pair(inputs, c), line, whole, slope, weight)
    store<f64>(place(inputs, c), f64x2.extract_lane(changed, 0))
    store<f64>(place(inputs + 4, c), f64x2.extract_lane(changed, 1))
    v128.store(lines, line)
  }
}

/** Σ |c| */
export function magnitude(c: usize, count: i32): f64 {
  let first = f64x2.splat(0)
  let second = f64x2.splat(0)
  for (const end = c + ((<usize>count) << 3); c < end; c += 32) {
    first = f64x2.add(first, f64x2.abs(v128.load(c)))
    second = f64x2.add(second, f64x2.abs(v128.load(c, 16)))
  }
  return total(first, second)
}

/** `point` becomes −scale·c, no farther than −1 and 1: where the minimum of a linear function is taken, its small coefficients left in doubt. */
export function minimise(c: usize, point: usize, count: i32, scale: f64): void {
  const low = f64x2.splat(-1)
  const high = f64x2.splat(1)
  for (const end = c + ((<usize>count) << 3); c < end; c += 16, point += 16) {
    const value = f64x2.mul(f64x2.splat(-scale), v128.load(c))
    v128.store(point, f64x2.pmax(low, f64x2.pmin(high, value)))
  }
}

/** Σ a·x; Σ lines·x goes to `other`. */
export function dots(a: usize, lines: usize, x: usize, count: i32, other: usize): f64 {
  let first = f64x2.splat(0)
  let second = f64x2.splat(0)
  for (const end = a + ((<usize>count) << 3); a < end; a += 16, lines += 16, x += 16) {
    const point = v128.load(x)
    first = f64x2.add(first, f64x2.mul(v128.load(a), point))
    second = f64x2.add(second, f64x2.mul(v128.load(lines), point))
  }
  store<f64>(other, f64x2.extract_lane(second, 0) + f64x2.extract_lane(second, 1))
  return f64x2.extract_lane(first, 0) + f64x2.extract_lane(first, 1)
}

/** The same where a[k] and lines[k] belong to x[inputs[k]]. */
export function dotsAt(inputs: usize, a: usize, lines: usize, x: usize, count: i32, other: usize): f64 {
  let first = f64x2.splat(0)
  let second = f64x2.splat(0)
  for (const end = a + ((<usize>count) << 3); a < end; a += 16, lines += 16, inputs += 8) {
    const point = pair(inputs, x)
    first = f64x2.add(first, f64x2.mul(v128.load(a), point))
    second = f64x2.add(second, f64x2.mul(v128.load(lines), point))
  }
  store<f64>(other, f64x2.extract_lane(second, 0) + f64x2.extract_lane(second, 1))
  return f64x2.extract_lane(first, 0) + f64x2.extract_lane(first, 1)
}

/** slope·a + inverse·c, no farther than from 0 to a. */
function part(whole: v128, c: v128, slope: f64, inverse: f64): v128 {
  const zero = f64x2.splat(0)
  const best = f64x2.add(f64x2.mul(f64x2.splat(slope), whole), f64x2.mul(f64x2.splat(inverse), c))
  return f64x2.pmax(f64x2.pmin(whole, zero), f64x2.pmin(f64x2.pmax(whole, zero), best))
}

function mixed(line: v128, whole: v128, kept: f64, rest: f64): v128 {
  return f64x2.add(f64x2.mul(f64x2.splat(kept - rest), line), f64x2.mul(f64x2.splat(rest), whole))
}

function moved(c: v128, line: v128, whole: v128, slope: f64, weight: f64): v128 {
  const change = f64x2.sub(line, f64x2.mul(f64x2.splat(slope), whole))
  return f64x2.sub(c, f64x2.mul(f64x2.splat(weight), change))
}

function total(first: v128, second: v128): f64 {
  const sum = f64x2.add(first, second)
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1)
}

/** Where the element lies that the number at `inputs` says. */
function place(inputs: usize, c: usize): usize {
  return c + ((<usize>load<u32>(inputs)) << 3)
}

/** Elements of c, of the two numbers at `inputs`. */
function pair(inputs: usize, c: usize): v128 {
  const first = f64x2.splat(load<f64>(place(inputs, c)))
  return f64x2.replace_lane(first, 1, load<f64>(place(inputs + 4, c)))
}
