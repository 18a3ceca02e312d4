// The inner loops of the checker's envelopes, two numbers at a time: AssemblyScript, compiled to WebAssembly by `npm run build:kernel`.
//
// Pointers are bytes; counts are even and every array holds that many: a neuron's inputs (u32), the magnitudes `widths` of its
// coefficients and their `signs` (±1), the `parts` θ|a| it has now, those that are `wanted`. `c`: coefficients of the bound.

/** `parts` become those of the chord: `slope` of each width; returns their sum. */
export function chord(widths: usize, parts: usize, count: i32, slope: f64): f64 {
  let all = f64x2.splat(0)
  for (const end = widths + ((<usize>count) << 3); widths < end; widths += 16, parts += 16) {
    const part = f64x2.mul(f64x2.splat(slope), v128.load(widths))
    v128.store(parts, part)
    all = f64x2.add(all, part)
  }
  return f64x2.extract_lane(all, 0) + f64x2.extract_lane(all, 1)
}

/** `wanted` become the parts that take `c` as far towards 0 as they can, from 0 to `widths`; returns their sum. */
export function want(
  inputs: usize,
  widths: usize,
  signs: usize,
  parts: usize,
  c: usize,
  wanted: usize,
  count: i32,
  weight: f64,
): f64 {
  const weights = f64x2.splat(weight)
  let all = f64x2.splat(0)
  for (const end = widths + ((<usize>count) << 3); widths < end; widths += 16) {
    const towards = f64x2.div(f64x2.mul(v128.load(signs), pair(inputs, c)), weights)
    const best = between(f64x2.add(v128.load(parts), towards), v128.load(widths))
    v128.store(wanted, best)
    all = f64x2.add(all, best)
    inputs += 8
    signs += 16
    parts += 16
    wanted += 16
  }
  return f64x2.extract_lane(all, 0) + f64x2.extract_lane(all, 1)
}

/** `parts` become `kept` of what is wanted and `rest` of what is not, `c` changes by −weight·sign·(change); returns their sum. */
export function give(
  inputs: usize,
  widths: usize,
  signs: usize,
  parts: usize,
  c: usize,
  wanted: usize,
  count: i32,
  weight: f64,
  kept: f64,
  rest: f64,
): f64 {
  const weights = f64x2.splat(weight)
  let all = f64x2.splat(0)
  for (const end = widths + ((<usize>count) << 3); widths < end; widths += 16) {
    const width = v128.load(widths)
    const best = v128.load(wanted)
    const mixed = f64x2.add(f64x2.mul(f64x2.splat(kept), best), f64x2.mul(f64x2.splat(rest), f64x2.sub(width, best)))
    const part = between(mixed, width)
    const change = f64x2.mul(f64x2.mul(weights, v128.load(signs)), f64x2.sub(part, v128.load(parts)))
    const moved = f64x2.sub(pair(inputs, c), change)
    store<f64>(place(inputs, c), f64x2.extract_lane(moved, 0))
    store<f64>(place(inputs + 4, c), f64x2.extract_lane(moved, 1))
    v128.store(parts, part)
    all = f64x2.add(all, part)
    inputs += 8
    signs += 16
    parts += 16
    wanted += 16
  }
  return f64x2.extract_lane(all, 0) + f64x2.extract_lane(all, 1)
}

/** No less than 0, no more than `width`; 0 where `value` is not a number. */
function between(value: v128, width: v128): v128 {
  return f64x2.pmin(width, f64x2.pmax(f64x2.splat(0), value))
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
