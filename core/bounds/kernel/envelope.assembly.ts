// The inner loops of envelopes, two numbers at a time: AssemblyScript, compiled to WebAssembly by `npm run build:kernel`.
//
// Pointers are bytes; counts are even and every array holds that many; `slope`·a is the chord's line, `inverse` 1/weight.

/** `lines` become the parts of `a` that take the coefficients `c` as far towards 0 as they can; returns Σ of their magnitudes. */
export function cancel(a: usize, c: usize, lines: usize, count: i32, slope: f64, inverse: f64): f64 {
  let all = f64x2.splat(0)
  for (const end = a + ((<usize>count) << 3); a < end; a += 16, c += 16, lines += 16) {
    const kept = part(v128.load(a), v128.load(c), slope, inverse)
    v128.store(lines, kept)
    all = f64x2.add(all, f64x2.abs(kept))
  }
  return f64x2.extract_lane(all, 0) + f64x2.extract_lane(all, 1)
}

/** The same where a[k] belongs to c[inputs[k]]. */
export function cancelAt(inputs: usize, a: usize, c: usize, lines: usize, count: i32, slope: f64, inverse: f64): f64 {
  let all = f64x2.splat(0)
  for (const end = a + ((<usize>count) << 3); a < end; a += 16, lines += 16, inputs += 8) {
    const kept = part(v128.load(a), pair(inputs, c), slope, inverse)
    v128.store(lines, kept)
    all = f64x2.add(all, f64x2.abs(kept))
  }
  return f64x2.extract_lane(all, 0) + f64x2.extract_lane(all, 1)
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
  let all = f64x2.splat(0)
  for (const end = c + ((<usize>count) << 3); c < end; c += 16) all = f64x2.add(all, f64x2.abs(v128.load(c)))
  return f64x2.extract_lane(all, 0) + f64x2.extract_lane(all, 1)
}

/** Σ a·x */
export function dot(a: usize, x: usize, count: i32): f64 {
  let all = f64x2.splat(0)
  for (const end = a + ((<usize>count) << 3); a < end; a += 16, x += 16)
    all = f64x2.add(all, f64x2.mul(v128.load(a), v128.load(x)))
  return f64x2.extract_lane(all, 0) + f64x2.extract_lane(all, 1)
}

/** Σ a[k]·x[inputs[k]] */
export function dotAt(inputs: usize, a: usize, x: usize, count: i32): f64 {
  let all = f64x2.splat(0)
  for (const end = a + ((<usize>count) << 3); a < end; a += 16, inputs += 8)
    all = f64x2.add(all, f64x2.mul(v128.load(a), pair(inputs, x)))
  return f64x2.extract_lane(all, 0) + f64x2.extract_lane(all, 1)
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

/** Where the element lies that the number at `inputs` says. */
function place(inputs: usize, c: usize): usize {
  return c + ((<usize>load<u32>(inputs)) << 3)
}

/** Elements of c, of the two numbers at `inputs`. */
function pair(inputs: usize, c: usize): v128 {
  const first = f64x2.splat(load<f64>(place(inputs, c)))
  return f64x2.replace_lane(first, 1, load<f64>(place(inputs + 4, c)))
}
