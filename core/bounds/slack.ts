// How far a float32 bound may be from the real number it stands for: an estimate with a margin, not a proof.
import { parameterOf, sizeOf } from '../nn/index.ts'
import type { Cone } from './graph.ts'

/** Unit roundoff of float32. */
const UNIT = 2 ** -24
/** Margin over the estimate; test/bounds/slack.test.ts measures how much of it real networks use. */
const MARGIN = 4

/**
 * Factor on a bound's scale (the sum of absolute values it adds up) that covers its rounding. Sums of n rounded products
 * err like √n·u in the mean and n·u at worst; over L layers √(n·L)·u. We take MARGIN times that: search bounds are of
 * tier `float32`, and only the float64 check of a finished proof is called certified.
 */
export function slackFactor(cone: Cone, unit = UNIT): number {
  let fanIn = cone.startSize
  let layers = 1
  for (const { layer } of cone.nodes) {
    if (layer.kind !== 'dense' && layer.kind !== 'conv2d') continue
    layers++
    fanIn = Math.max(fanIn, sizeOf(parameterOf(layer, 'weight').shape.slice(1)))
  }
  return MARGIN * Math.sqrt(fanIn * layers) * unit
}
