// One gradient step of a batch of attack candidates, as an engine program: values before the step, points after it.
import { tf, type Tensor } from '../../engine/tensor.ts'
import type { Engine, Program } from '../../engine/engine.ts'
import { forward, sizeOf, type Network } from '../../nn/index.ts'
import { networkHash } from '../../nn/serialize.ts'
import type { Property } from '../problem.ts'

/** Share of the old gradient that the running mean keeps (Adam's first moment). */
const MOMENTUM = 0.9
/** Rows already negative by this much no longer attract an attack on all rows. */
const SATISFIED = 1e-3

/** `sign`: step against the sign of the gradient. `adam-sign`: of its running mean (Adam's update has the sign of its mean). */
export type StepRule = 'adam-sign' | 'sign'

export interface StepShape {
  readonly candidates: number
  readonly rows: number
  readonly rule: StepRule
  readonly kind: Property['kind']
}

/**
 * Inputs: `points` and `mean` [candidates, inputs], `weights` [candidates, rows] (which rows a candidate pushes down),
 * `lower`, `upper`, `step` [inputs], `coefficients` [rows, outputs], `offsets` [rows].
 * Outputs: `values` [candidates, rows] at `points`, and the stepped, clamped `next` with its `mean`.
 */
export type StepProgram = Program<
  'points' | 'mean' | 'weights' | 'lower' | 'upper' | 'step' | 'coefficients' | 'offsets',
  'values' | 'next' | 'nextMean'
>

/** Compiles the step for a network; the engine caches it by network and shape, so rows, boxes and step sizes are inputs. */
export function compileStep(engine: Engine, network: Network, shape: StepShape): Promise<StepProgram> {
  const { candidates, rows, rule, kind } = shape
  const inputs = sizeOf(network.inputShape)
  const outputs = sizeOf(network.nodes.find(({ id }) => id === network.output)?.shape ?? network.inputShape)
  return engine.compile({
    name: `attack ${network.name}`,
    key: `attack:${networkHash(network)}:${kind}:${rule}`,
    inputs: {
      points: { shape: [candidates, inputs] },
      mean: { shape: [candidates, inputs] },
      weights: { shape: [candidates, rows] },
      lower: { shape: [inputs] },
      upper: { shape: [inputs] },
      step: { shape: [inputs] },
      coefficients: { shape: [rows, outputs] },
      offsets: { shape: [rows] },
    },
    build: (x) => {
      const valuesOf = (points: Tensor) => rowValues(network, points, x.coefficients, x.offsets)
      const loss = (points: Tensor): Tensor => {
        const values = valuesOf(points)
        const pulled = kind === 'all-positive' ? values : tf.relu(tf.add(values, tf.scalar(SATISFIED)))
        return tf.sum(tf.mul(pulled, x.weights))
      }
      const gradient = tf.grad(loss)(x.points)
      const nextMean =
        rule === 'sign'
          ? gradient
          : tf.add(tf.mul(x.mean, tf.scalar(MOMENTUM)), tf.mul(gradient, tf.scalar(1 - MOMENTUM)))
      const moved = tf.sub(x.points, tf.mul(tf.sign(nextMean), x.step))
      const next = tf.minimum(tf.maximum(moved, x.lower), x.upper)
      return { values: valuesOf(x.points), next, nextMean }
    },
  })
}

/** [candidates, rows] values of the property's rows at `points` [candidates, inputs]. */
function rowValues(network: Network, points: Tensor, coefficients: Tensor, offsets: Tensor): Tensor {
  const candidates = points.shape[0]
  const logits = forward(network, tf.reshape(points, [candidates, ...network.inputShape]))
  const flat = tf.reshape(logits, [candidates, coefficients.shape[1] ?? 0])
  return tf.add(tf.matMul(flat as tf.Tensor2D, coefficients as tf.Tensor2D, false, true), offsets)
}
