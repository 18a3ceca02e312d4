// ResNet-4B: a strided stem, four residual blocks, one hidden dense layer (spec A.2, item 3).
import type { ArchitectureBuilder } from './builder.ts'

/** Nine convolutions on the main path, 1x1 shortcuts where a block changes the shape; optional batch norm before activations. */
export function resnet4b(builder: ArchitectureBuilder, classes: number, batchNorm: boolean): void {
  const normalise = (id: string): void => {
    if (batchNorm) builder.batchNorm(id)
  }
  builder.conv('stem', 16, { kernel: 3, stride: 2, pad: 1 })
  normalise('stemBn')
  builder.activation('stemRelu', 'relu')
  for (const [index, stride] of [2, 1, 2, 1].entries()) {
    const name = `block${index + 1}`
    const from = builder.last
    builder.conv(`${name}Conv1`, 32, { kernel: 3, stride, pad: 1 })
    normalise(`${name}Bn1`)
    builder.activation(`${name}Relu1`, 'relu')
    builder.conv(`${name}Conv2`, 32, { kernel: 3, pad: 1 })
    normalise(`${name}Bn2`)
    const main = builder.last
    if (stride !== 1) {
      builder.conv(`${name}Shortcut`, 32, { kernel: 1, stride }, from)
      normalise(`${name}ShortcutBn`)
    }
    builder.sum(`${name}Add`, main, stride === 1 ? from : builder.last)
    builder.activation(`${name}Relu2`, 'relu')
  }
  builder.flatten()
  builder.dense('dense1', 100)
  normalise('dense1Bn')
  builder.activation('dense1Relu', 'relu')
  builder.dense('dense2', classes)
}
