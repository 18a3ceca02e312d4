// One training step as one recorded program: forward, loss, gradient, optimiser, running statistics.
import type { TrainOptions } from '../contract/recipe.ts'
import type { Engine, Program, TensorSpec } from '../engine/engine.ts'
import { tf, type Tensor } from '../engine/tensor.ts'
import { forwardTraining } from '../nn/forward.ts'
import type { Network } from '../nn/network.ts'
import { valueGradientsAndExtras } from './gradients.ts'
import { crossEntropy } from './loss.ts'
import { packTensors, unpackTensors, type Layout } from './layout.ts'
import { sgdUpdate } from './sgd.ts'

/** What a training step changes; `statistics` is empty without batch normalisation. */
export interface TrainState {
  readonly weights: Float32Array
  readonly velocity: Float32Array
  readonly statistics: Float32Array
}

/** Everything that decides a step besides state, images and rate. */
export interface StepPlan {
  readonly engine: Engine
  readonly network: Network
  /** Hash of `network`: names the program. */
  readonly networkHash: string
  readonly weights: Layout
  readonly statistics: Layout
  readonly classes: number
  readonly options: Pick<TrainOptions, 'momentum' | 'nesterov' | 'weightDecay' | 'gammaL1'>
  /** 1 where a weight is free, 0 where it is held at zero; null where all are free. */
  readonly freeWeights: Float32Array | null
}

type StepProgram = Program<string, string>

export interface StepOutput {
  readonly state: TrainState
  /** Mean cross-entropy of the batch before the update. */
  readonly loss: number
  /** [batch, classes], before the update. */
  readonly logits: Float32Array
}

/** The compiled step for batches of `batch` images; compiled once per engine. */
export function compileStep(plan: StepPlan, batch: number): Promise<StepProgram> {
  const { network, weights, statistics, classes, options, freeWeights } = plan
  const inputs: Record<string, TensorSpec> = {
    weights: { shape: [weights.length] },
    velocity: { shape: [weights.length] },
    images: { shape: [batch, ...network.inputShape] },
    targets: { shape: [batch, classes] },
    rate: { shape: [1] },
  }
  if (statistics.length > 0) inputs.statistics = { shape: [statistics.length] }
  if (freeWeights) inputs.freeWeights = { shape: [weights.length] }
  const { momentum, nesterov, weightDecay, gammaL1 } = options
  const key = `train-step ${plan.networkHash} ${JSON.stringify([momentum, nesterov, weightDecay, gammaL1, freeWeights !== null])}`
  return plan.engine.compile<string, string>({
    name: `training step of ${network.name}`,
    key,
    inputs,
    build: (tensors) => buildStep(plan, tensors),
  })
}

/** Runs one step; the state given is only read. */
export async function runStep(
  plan: StepPlan,
  program: StepProgram,
  state: TrainState,
  batch: { readonly images: Float32Array; readonly targets: Float32Array; readonly rate: number },
): Promise<StepOutput> {
  const { images, targets, rate } = batch
  const outputs = await program.run({
    weights: state.weights,
    velocity: state.velocity,
    images,
    targets,
    rate: Float32Array.of(rate),
    ...(plan.statistics.length > 0 ? { statistics: state.statistics } : {}),
    ...(plan.freeWeights ? { freeWeights: plan.freeWeights } : {}),
  })
  return {
    state: {
      weights: asFloat32(outputs.weights),
      velocity: asFloat32(outputs.velocity),
      statistics: plan.statistics.length > 0 ? asFloat32(outputs.statistics) : state.statistics,
    },
    loss: outputs.loss[0],
    logits: asFloat32(outputs.logits),
  }
}

function buildStep(plan: StepPlan, inputs: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  const parameters = unpackTensors(plan.weights, inputs.weights)
  const statistics = plan.statistics.length > 0 ? unpackTensors(plan.statistics, inputs.statistics) : {}
  const pass = differentiate(plan, parameters, statistics, inputs)
  const raw = packTensors(plan.weights, pass.gradients)
  const { weights, velocity } = sgdUpdate(plan.options, {
    weights: inputs.weights,
    velocity: inputs.velocity,
    gradient: plan.freeWeights ? tf.mul(raw, inputs.freeWeights) : raw,
    rate: inputs.rate,
  })
  const outputs: Record<string, Tensor> = { weights, velocity, loss: tf.reshape(pass.loss, [1]), logits: pass.logits }
  if (plan.statistics.length > 0) outputs.statistics = packTensors(plan.statistics, pass.statistics)
  return outputs
}

interface Differentiated {
  readonly loss: Tensor
  readonly logits: Tensor
  readonly gradients: Record<string, Tensor>
  readonly statistics: Readonly<Record<string, Tensor>>
}

/** Loss and its gradients; sparse training adds λ·sign(γ) to those of batch-norm scales (spec A.8). */
function differentiate(
  { network, weights, options }: StepPlan,
  parameters: Readonly<Record<string, Tensor>>,
  running: Readonly<Record<string, Tensor>>,
  { images, targets }: Readonly<Record<string, Tensor>>,
): Differentiated {
  const names = weights.entries.map(({ name }) => name)
  const { value, gradients, extras } = valueGradientsAndExtras(
    (values) => {
      const named = Object.fromEntries(names.map((name, index) => [name, values[index]]))
      const pass = forwardTraining(network, images, { ...running, ...named })
      return { value: crossEntropy(pass.logits, targets), extras: { logits: pass.logits, ...pass.updates } }
    },
    names.map((name) => parameters[name]),
  )
  const penalised = weights.entries.map(({ name, role }, index): [string, Tensor] => {
    if (role !== 'gamma' || options.gammaL1 === 0) return [name, gradients[index]]
    return [name, tf.add(gradients[index], tf.mul(tf.scalar(options.gammaL1), tf.sign(parameters[name])))]
  })
  const { logits, ...statistics } = extras
  return { loss: value, logits, gradients: Object.fromEntries(penalised), statistics }
}

function asFloat32(data: ArrayLike<number>): Float32Array {
  return data instanceof Float32Array ? data : Float32Array.from(data)
}
