// Significance by what grafting itself would do: how far the loss moves when a neuron becomes its best line.
import { createHash } from 'node:crypto'
import { constant } from '../engine/constant.ts'
import type { Engine } from '../engine/engine.ts'
import { tf, type Tensor } from '../engine/tensor.ts'
import { forwardNodes, type Network } from '../nn/index.ts'
import { neuronGradients } from '../score/gradient.ts'
import { flatScores, measuredLayers } from '../score/index.ts'
import { meanOverImages } from '../score/mean.ts'
import type { ImageSet, Lines } from './lines.ts'

/**
 * Mean over images of |∂L/∂h_j · (h_j − a_j z_j − b_j)|, [neurons]: to first order the change of the loss when neuron j is
 * replaced by its line. A neuron that is a line on nearly all images costs nothing, however much the loss leans on it.
 */
export async function scoreByDamage(
  engine: Engine,
  network: Network,
  { dataset, images }: ImageSet,
  { slope, intercept }: Lines,
  signal?: AbortSignal,
): Promise<Float64Array> {
  const inputs = measuredLayers(network, 'pre')
  const outputs = measuredLayers(network, 'post')
  const digest = createHash('sha256').update(slope).update(intercept).digest('hex')
  const scores = await meanOverImages({
    engine,
    network,
    layers: outputs,
    dataset,
    images,
    key: `graft-damage ${digest}`,
    signal,
    build(x, targets) {
      const values = forwardNodes(network, x)
      const gradients = neuronGradients(network, outputs, x, targets)
      return outputs.map(({ node, offset, neurons, shape }, i) => {
        const part = (line: Float32Array): Tensor => constant(line.slice(offset, offset + neurons), shape)
        const line = tf.add(tf.mul(values[inputs[i].node], part(slope)), part(intercept))
        return tf.abs(tf.mul(gradients[i], tf.sub(values[node], line)))
      })
    },
  })
  return flatScores(scores)
}
