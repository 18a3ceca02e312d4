// Plain convolutional architectures: ConvSmall, CNN-B, ConvBig and an eighth of it, ConvHuge and the sigmoid CNN (spec A.2).
import type { ArchitectureBuilder, ConvOptions } from './builder.ts'

/** Convolutions, then hidden dense layers, then the logits. */
export interface ConvPlan {
  readonly convolutions: readonly (ConvOptions & { readonly filters: number })[]
  readonly hidden: readonly number[]
  readonly activation?: 'relu' | 'sigmoid'
}

export const convSmall: ConvPlan = {
  convolutions: [
    { filters: 16, kernel: 4, stride: 2 },
    { filters: 32, kernel: 4, stride: 2 },
  ],
  hidden: [100],
}

export const cnnB: ConvPlan = {
  convolutions: [
    { filters: 32, kernel: 5, stride: 2, pad: [1, 1, 2, 2] },
    { filters: 128, kernel: 4, stride: 2, pad: 1 },
  ],
  hidden: [250],
}

export const convBig: ConvPlan = {
  convolutions: [
    { filters: 32, kernel: 3, pad: 1 },
    { filters: 32, kernel: 4, stride: 2, pad: 1 },
    { filters: 64, kernel: 3, pad: 1 },
    { filters: 64, kernel: 4, stride: 2, pad: 1 },
  ],
  hidden: [512, 512],
}

/** The depth of ConvBig with an eighth of its width (decision 0013): trained and verified on two cores. */
export const convBigEighth: ConvPlan = {
  convolutions: convBig.convolutions.map((options) => ({ ...options, filters: options.filters / 8 })),
  hidden: convBig.hidden.map((width) => width / 8),
}

export const convHuge: ConvPlan = {
  convolutions: [
    { filters: 64, kernel: 3, pad: 1 },
    { filters: 64, kernel: 3, pad: 1 },
    { filters: 128, kernel: 3, stride: 2, pad: 1 },
    { filters: 128, kernel: 3, pad: 1 },
    { filters: 128, kernel: 3, pad: 1 },
  ],
  hidden: [512],
}

/** The paper gives no sizes for its three-layer sigmoid network: this is the stand-in of spec A.2, item 5. */
export const sigmoidCnn: ConvPlan = {
  convolutions: [
    { filters: 16, kernel: 4, stride: 2, pad: 1 },
    { filters: 32, kernel: 4, stride: 2, pad: 1 },
  ],
  hidden: [],
  activation: 'sigmoid',
}

/** Lays out a plan; `batchNorm` puts one before every activation. */
export function convolutional(builder: ArchitectureBuilder, plan: ConvPlan, classes: number, batchNorm: boolean): void {
  const kind = plan.activation ?? 'relu'
  let count = 0
  const activate = (): void => {
    count += 1
    if (batchNorm) builder.batchNorm(`bn${count}`)
    builder.activation(`${kind}${count}`, kind)
  }
  plan.convolutions.forEach(({ filters, ...options }, index) => {
    builder.conv(`conv${index + 1}`, filters, options)
    activate()
  })
  builder.flatten()
  plan.hidden.forEach((width, index) => {
    builder.dense(`dense${index + 1}`, width)
    activate()
  })
  builder.dense(`dense${plan.hidden.length + 1}`, classes)
}
