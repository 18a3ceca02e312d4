// One step of learning scores: loss of a network with some neurons at zero, and its gradient by the neurons' gates.
import type { TrainMethod } from '../contract/recipe.ts'
import type { Dataset } from '../data/dataset.ts'
import type { Engine, Program, TensorSpec } from '../engine/engine.ts'
import { tf, type Tensor } from '../engine/tensor.ts'
import type { Network } from '../nn/network.ts'
import { networkHash } from '../nn/serialize.ts'
import { valueGradientsAndExtras } from '../train/gradients.ts'
import { graftLayout, packTensors, unpackTensors } from '../train/layout.ts'
import { oneHot } from '../train/loss.ts'
import { ruleOfMethod } from '../train/methods/registry.ts'
import { drawNoise } from '../train/noise.ts'

export interface GateStepOptions {
  readonly loss: TrainMethod
  /** ℓ∞ radius in pixel units. */
  readonly epsilon: number
  readonly seed: number
}

export interface GateStep {
  /** Mean loss of the images, and its derivative by every gate (1 open, 0 at zero), [neurons]; `masks` is 1 − gate. */
  run(
    images: Uint32Array,
    masks: Float32Array,
    at: { readonly epoch: number; readonly batch: number; readonly batches: number },
  ): Promise<{ readonly loss: number; readonly gradient: Float32Array }>
}

type StepProgram = Program<string, string>

/** The masks of the grafted layers are the gates, so every training method works on them; weights are constants. */
export function gateStep(
  engine: Engine,
  network: Network,
  dataset: Dataset,
  { loss: method, epsilon, seed }: GateStepOptions,
): GateStep {
  const classes = dataset.classes.length
  const rule = ruleOfMethod(method)
  const compile = compileGates(engine, network, { method, epsilon, classes })
  return {
    async run(images, masks, { epoch, batch, batches }) {
      const program = await compile(images.length)
      const pixels = dataset.batch(images)
      const noise = drawNoise({ seed, epoch, batch }, rule.noises(method), pixels.length)
      const dials = rule.dials(method, { epochs: epoch - 1 + batch / batches, epsilon })
      const labels = Uint8Array.from(images, (image) => dataset.labels[image])
      const { loss, gradient } = await program.run({
        images: pixels,
        targets: oneHot(labels, classes),
        masks,
        ...Object.fromEntries(noise.map((values, k) => [`noise${k}`, values])),
        ...Object.fromEntries(Object.entries(dials).map(([name, value]) => [`dial-${name}`, Float32Array.of(value)])),
      })
      return { loss: loss[0], gradient: Float32Array.from(gradient, (value) => -value) }
    },
  }
}

interface GateProgram {
  readonly method: TrainMethod
  readonly epsilon: number
  readonly classes: number
}

/** The program for a number of images; compiled once per engine. */
function compileGates(
  engine: Engine,
  network: Network,
  { method, epsilon, classes }: GateProgram,
): (batch: number) => Promise<StepProgram> {
  const layout = graftLayout(network)
  const rule = ruleOfMethod(method)
  const dials = Object.keys(rule.dials(method, { epochs: 0, epsilon }))
  const key = `gate-step ${networkHash(network)} ${JSON.stringify([method, epsilon])}`
  return (batch) => {
    const images = { shape: [batch, ...network.inputShape] }
    const inputs: Record<string, TensorSpec> = { images, targets: { shape: [batch, classes] }, masks: { shape: [layout.length] } } // prettier-ignore
    for (let k = 0; k < rule.noises(method); k++) inputs[`noise${k}`] = images
    for (const name of dials) inputs[`dial-${name}`] = { shape: [1] }
    return engine.compile<string, string>({
      name: `scores of ${network.name}`,
      key,
      inputs,
      build(tensors) {
        const masks = unpackTensors(layout, tensors.masks)
        const objective = rule.objective(method, {
          network,
          images: tensors.images,
          targets: tensors.targets,
          current: masks,
          noise: Array.from({ length: rule.noises(method) }, (_, k) => tensors[`noise${k}`]),
          dials: Object.fromEntries(
            dials.map((name): [string, Tensor] => [name, tf.reshape(tensors[`dial-${name}`], [])]),
          ),
          epsilon,
        })
        const names = layout.entries.map(({ name }) => name)
        const pass = valueGradientsAndExtras(
          (values) => ({
            value: objective(Object.fromEntries(names.map((name, k) => [name, values[k]]))).value,
            extras: {},
          }),
          names.map((name) => masks[name]),
        )
        const gradients = Object.fromEntries(names.map((name, k) => [name, pass.gradients[k]]))
        return { loss: tf.reshape(pass.value, [1]), gradient: packTensors(layout, gradients) }
      },
    })
  }
}
