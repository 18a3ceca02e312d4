// One training step as one recorded program: attack or bounds, loss, gradient, optimiser, running statistics.
import type { TrainOptions } from '../contract/recipe.ts'
import { scalar } from '../engine/constant.ts'
import type { Engine, Program, TensorSpec } from '../engine/engine.ts'
import { tf, type Tensor } from '../engine/tensor.ts'
import { forwardIntervals, type NamedTensors } from '../nn/forward.ts'
import type { Network } from '../nn/network.ts'
import { ballOf } from './ball.ts'
import { valueGradientsAndExtras } from './gradients.ts'
import { parameterGroups } from './groups.ts'
import { packTensors, unpackTensors, type Layout } from './layout.ts'
import type { Loss, StepContext } from './methods/method.ts'
import { ruleOfMethod } from './methods/registry.ts'
import { l1Of, penalised } from './penalties.ts'
import { reluInstability } from './relu-stability.ts'
import { sgdUpdateGroups } from './sgd.ts'
import type { TrainState } from './state.ts'

/** The options that decide the program of a step. */
export type StepOptions = Omit<
  TrainOptions,
  'epochs' | 'batchSize' | 'schedule' | 'warmup' | 'select' | 'earlyStop' | 'augment' | 'validation'
>

/** Everything that decides a step besides state, images and rate. */
export interface StepPlan {
  readonly engine: Engine
  readonly network: Network
  /** Hash of `network`: names the program. */
  readonly networkHash: string
  readonly weights: Layout
  readonly statistics: Layout
  /** Masks of grafted layers. */
  readonly grafts: Layout
  readonly classes: number
  readonly options: StepOptions
  /** Whether some weights are held at zero, now or later. */
  readonly masked: boolean
}

type StepProgram = Program<string, string>

export interface StepBatch {
  readonly images: Float32Array
  /** One-hot. */
  readonly targets: Float32Array
  readonly rate: number
  /** As many as the method asks for, each as long as `images`. */
  readonly noise: readonly Float32Array[]
  readonly dials: Readonly<Record<string, number>>
}

export interface StepOutput {
  readonly state: TrainState
  /** The loss of the batch before the update, without the penalties on weights. */
  readonly loss: number
  /** Parts of the loss, in the order of `lossParts`. */
  readonly parts: readonly number[]
  /** [batch, classes], before the update. */
  readonly logits: Float32Array
}

/** Names of what a step reports besides its loss. */
export function lossParts({ method, regularisers }: StepOptions): readonly string[] {
  return [...ruleOfMethod(method).parts(method), ...(regularisers.reluStability === 0 ? [] : ['relu-stability'])]
}

/** The compiled step for batches of `batch` images; compiled once per engine. */
export function compileStep(plan: StepPlan, batch: number): Promise<StepProgram> {
  const { network, weights, statistics, grafts, classes, options } = plan
  const rule = ruleOfMethod(options.method)
  const images = { shape: [batch, ...network.inputShape] }
  const inputs: Record<string, TensorSpec> = {
    weights: { shape: [weights.length] },
    velocity: { shape: [weights.length] },
    images,
    targets: { shape: [batch, classes] },
    rate: { shape: [1] },
  }
  if (statistics.length > 0) inputs.statistics = { shape: [statistics.length] }
  if (grafts.length > 0) inputs.grafts = { shape: [grafts.length] }
  if (plan.masked) inputs.freeWeights = { shape: [weights.length] }
  for (let k = 0; k < rule.noises(options.method); k++) inputs[`noise${k}`] = images
  for (const name of dialNames(options)) inputs[`dial-${name}`] = { shape: [1] }
  return plan.engine.compile<string, string>({
    name: `training step of ${network.name}`,
    key: `train-step ${plan.networkHash} ${JSON.stringify([options, plan.masked])}`,
    inputs,
    build: (tensors) => buildStep(plan, tensors),
  })
}

/** Runs one step; the state given is only read. */
export async function runStep(
  plan: StepPlan,
  program: StepProgram,
  state: TrainState,
  { images, targets, rate, noise, dials }: StepBatch,
): Promise<StepOutput> {
  const parts = lossParts(plan.options)
  const outputs = await program.run({
    weights: state.weights,
    velocity: state.velocity,
    images,
    targets,
    rate: Float32Array.of(rate),
    ...(plan.statistics.length > 0 ? { statistics: state.statistics } : {}),
    ...(plan.grafts.length > 0 ? { grafts: state.grafts } : {}),
    ...(plan.masked ? { freeWeights: state.free } : {}),
    ...Object.fromEntries(noise.map((values, k) => [`noise${k}`, values])),
    ...Object.fromEntries(Object.entries(dials).map(([name, value]) => [`dial-${name}`, Float32Array.of(value)])),
  })
  return {
    state: {
      ...state,
      weights: asFloat32(outputs.weights),
      velocity: asFloat32(outputs.velocity),
      statistics: plan.statistics.length > 0 ? asFloat32(outputs.statistics) : state.statistics,
    },
    loss: outputs.loss[0],
    parts: parts.map((name) => outputs[`part-${name}`][0]),
    logits: asFloat32(outputs.logits),
  }
}

function dialNames({ method, epsilon }: StepOptions): readonly string[] {
  return Object.keys(ruleOfMethod(method).dials(method, { epochs: 0, epsilon }))
}

function buildStep(plan: StepPlan, inputs: NamedTensors): Record<string, Tensor> {
  const { options, weights: layout } = plan
  const pass = differentiate(plan, inputs)
  const raw = packTensors(layout, pass.gradients)
  const { weights, velocity } = sgdUpdateGroups(options, parameterGroups(layout, options), {
    weights: inputs.weights,
    velocity: inputs.velocity,
    gradient: plan.masked ? tf.mul(raw, inputs.freeWeights) : raw,
    rate: inputs.rate,
  })
  const parts = lossParts(options).map((name): [string, Tensor] => {
    const key = `part-${name}`
    return [key, tf.reshape(pass.extras[key], [1])]
  })
  const outputs = {
    weights,
    velocity,
    loss: tf.reshape(pass.loss, [1]),
    logits: pass.extras.logits,
    ...Object.fromEntries(parts),
  }
  return plan.statistics.length === 0 ? outputs : { ...outputs, statistics: packTensors(plan.statistics, pass.extras) }
}

interface Differentiated {
  readonly loss: Tensor
  readonly gradients: Record<string, Tensor>
  /** Logits, running statistics by name, and parts of the loss. */
  readonly extras: NamedTensors
}

/** Loss and its gradients; penalties on weights enter the gradients only. */
function differentiate(plan: StepPlan, inputs: NamedTensors): Differentiated {
  const { network, weights: layout, options } = plan
  const parameters = unpackTensors(layout, inputs.weights)
  const fixed = {
    ...(plan.statistics.length > 0 ? unpackTensors(plan.statistics, inputs.statistics) : {}),
    ...(plan.grafts.length > 0 ? unpackTensors(plan.grafts, inputs.grafts) : {}),
  }
  const context = contextOf(plan, inputs, { ...fixed, ...parameters })
  const objective = ruleOfMethod(options.method).objective(options.method, context)
  const names = layout.entries.map(({ name }) => name)
  const { value, gradients, extras } = valueGradientsAndExtras(
    (values) => {
      const named = { ...fixed, ...Object.fromEntries(names.map((name, index) => [name, values[index]])) }
      const { value: loss, logits, updates, parts } = regularised(plan, context, named, objective(named))
      const told = Object.fromEntries(Object.entries(parts).map(([name, part]) => [`part-${name}`, part]))
      return { value: loss, extras: { logits, ...updates, ...told } }
    },
    names.map((name) => parameters[name]),
  )
  const penalisedGradients = layout.entries.map((entry, index): [string, Tensor] => {
    const lambda = l1Of(network, entry, options)
    return [entry.name, penalised(gradients[index], parameters[entry.name], lambda)]
  })
  return { loss: value, gradients: Object.fromEntries(penalisedGradients), extras }
}

function contextOf({ network, options }: StepPlan, inputs: NamedTensors, current: NamedTensors): StepContext {
  const dials = dialNames(options).map((name): [string, Tensor] => [name, tf.reshape(inputs[`dial-${name}`], [])])
  const noises = ruleOfMethod(options.method).noises(options.method)
  return {
    network,
    images: inputs.images,
    targets: inputs.targets,
    current,
    noise: Array.from({ length: noises }, (_, k) => inputs[`noise${k}`]),
    dials: Object.fromEntries(dials),
    epsilon: options.epsilon,
  }
}

/** The loss with what the recipe adds to every method: ReLU stability at ε. */
function regularised({ network, options }: StepPlan, { images }: StepContext, named: NamedTensors, loss: Loss): Loss {
  const weight = options.regularisers.reluStability
  if (weight === 0) return loss
  const intervals = forwardIntervals(network, ballOf(images, scalar(options.epsilon)), named)
  const unstable = reluInstability(network, intervals, named)
  return {
    ...loss,
    value: tf.add(loss.value, tf.mul(unstable, scalar(weight))),
    parts: { ...loss.parts, 'relu-stability': unstable },
  }
}

function asFloat32(data: ArrayLike<number>): Float32Array {
  return data instanceof Float32Array ? data : Float32Array.from(data)
}
