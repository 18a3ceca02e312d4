// Every method of simplification in its ways, on networks that take seconds.
import type { RecipeInput, SimplifyOptions } from '../../core/contract/recipe.ts'

type Method = Exclude<SimplifyOptions['method'], 'none'>
export type Simplify = NonNullable<RecipeInput['variants'][number]['simplify']>

const gradual = { span: 1, rerank: true }

export const pruningWays: Readonly<Record<Exclude<Method, 'graft'>, readonly Simplify[]>> = {
  neuron: [{ method: 'neuron', ratio: 0.5 }],
  weight: [
    { method: 'weight', ratio: 0.5 },
    { method: 'weight', ratio: 0.5, gradual: { span: 1 } },
  ],
  sap: [
    { method: 'sap', ratio: 0.5, images: 50, at: 'pre' },
    { method: 'sap', ratio: 0.5, images: 50, gradual },
  ],
  gap: [{ method: 'gap', ratio: 0.5, images: 50, inputs: 'fgsm' }],
  hydra: [{ method: 'hydra', ratio: 0.5, epochs: 1, batchSize: 100, loss: { kind: 'fat', gradAlign: 0 } }],
  random: [{ method: 'random', ratio: 0.5, gradual: { span: 0.5 } }],
}

const graft = { method: 'graft', ratio: 0.5, images: 10, scored: 20 } as const

export const graftingWays: readonly Simplify[] = [
  graft,
  { ...graft, gradual: { span: 1 } },
  { ...graft, gradual, cost: 'gap', init: { kind: 'bound' } },
  { ...graft, init: { kind: 'zero' } },
  { ...graft, significance: 'hydra', hydraEpochs: 1, init: { kind: 'least-squares' } },
]

export const everyWay: readonly Simplify[] = [...Object.values(pruningWays).flat(), ...graftingWays]
