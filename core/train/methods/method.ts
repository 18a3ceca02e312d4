// What a training method is: the noise and the schedule it needs from the host, and its loss inside the step's program.
import type { Tensor } from '../../engine/tensor.ts'
import type { NamedTensors } from '../../nn/forward.ts'
import type { Network } from '../../nn/network.ts'

/** The tensors of one step, outside the part that is differentiated by the weights. */
export interface StepContext {
  readonly network: Network
  /** [batch, ...inputShape], in [0, 1]. */
  readonly images: Tensor
  /** One-hot [batch, classes]. */
  readonly targets: Tensor
  /** Parameters, running statistics and masks as they are before the step: what attacks are made against. */
  readonly current: NamedTensors
  /** Uniform in [-1, 1], each with the shape of `images`; as many as the method asks for. */
  readonly noise: readonly Tensor[]
  /** Scalars by name; as the method's `dials` gave them. */
  readonly dials: NamedTensors
  /** ℓ∞ radius in pixel units. */
  readonly epsilon: number
}

/** The loss of a batch as a function of the parameters. */
export interface Loss {
  /** The scalar that is minimised. */
  readonly value: Tensor
  /** [batch, classes] of the images trained on: what the training accuracy counts. */
  readonly logits: Tensor
  /** New running statistics by parameter name. */
  readonly updates: NamedTensors
  /** Scalars worth watching on their own, by name; none where `value` is all there is. */
  readonly parts: NamedTensors
}

/** How far training is, for schedules inside a method. */
export interface Progress {
  /** Epochs done, with the share of the present one: 0.5 in the middle of the first. */
  readonly epochs: number
  readonly epsilon: number
}

/** The rule of one method; `M` its part of the recipe. */
export interface TrainingMethod<M> {
  /** How many tensors of noise a step takes. */
  noises(method: M): number
  /** Numbers that change from batch to batch. */
  dials(method: M, progress: Progress): Readonly<Record<string, number>>
  /** Epochs after which losses are comparable: none before counts as the best, none before ends training early. */
  settled(method: M): number
  /** Names of the loss' parts, in their order. */
  parts(method: M): readonly string[]
  /**
   * Computes what depends on the present weights alone (attacks, detached gradients), and returns the loss to differentiate.
   * `named`: parameters, running statistics and masks by name.
   */
  objective(method: M, context: StepContext): (named: NamedTensors) => Loss
}
