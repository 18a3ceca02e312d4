// Gradients of a scalar together with the other tensors its computation made, in one pass.
import { tf, type Tensor } from '../engine/tensor.ts'

/** A scalar to differentiate and what else the forward pass computed (no gradient goes through `extras`). */
export interface ForwardPass {
  readonly value: Tensor
  readonly extras: Readonly<Record<string, Tensor>>
}

export interface GradientPass {
  readonly value: Tensor
  /** One per variable, in their order. */
  readonly gradients: readonly Tensor[]
  readonly extras: Readonly<Record<string, Tensor>>
}

/**
 * `tf.valueAndGrads` that also hands out the extras; without this the forward pass would have to be recorded twice.
 * `tf` tidies up after the differentiated function, so the extras are kept over its end and released here.
 */
export function valueGradientsAndExtras(
  pass: (variables: readonly Tensor[]) => ForwardPass,
  variables: readonly Tensor[],
): GradientPass {
  const kept: [string, Tensor][] = []
  const differentiated = tf.valueAndGrads((...values: Tensor[]) => {
    const { value, extras } = pass(values)
    for (const [name, tensor] of Object.entries(extras)) kept.push([name, tf.keep(tf.clone(tensor))])
    return tf.reshape<tf.Rank.R0>(value, [])
  })([...variables])
  const extras = Object.fromEntries(kept.map(([name, tensor]) => [name, tf.clone(tensor)]))
  for (const [, tensor] of kept) tensor.dispose()
  return { value: differentiated.value, gradients: differentiated.grads, extras }
}
