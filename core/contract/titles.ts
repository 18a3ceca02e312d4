// What people read for the words that networks are recorded under: architectures, layer kinds, ways of simplification, operations.
import type { ArchitectureName, SimplifyOptions } from './recipe.ts'

export const architectureTitles: Readonly<Record<ArchitectureName, string>> = {
  net1: 'NET1',
  net2: 'NET2',
  convSmall: 'ConvSmall',
  cnnB: 'CNN-B',
  convBig: 'ConvBig',
  convBigEighth: 'ConvBig, an eighth',
  resnet4b: 'ResNet-4B',
  convHuge: 'ConvHuge',
  sigmoidCnn: 'Sigmoid CNN',
}

/** In the order in which they are offered: the two papers' own ways, then those they are measured against. */
export const simplifyTitles: Readonly<Record<SimplifyOptions['method'], string>> = {
  none: 'Nothing',
  neuron: 'Neuron pruning',
  weight: 'Weight pruning',
  graft: 'Linearity grafting',
  sap: 'Activation pruning, SAP',
  gap: 'Activation pruning, GAP',
  hydra: 'Activation pruning, Hydra',
  random: 'Activation pruning, random',
}

type Titles = Readonly<Record<string, string | undefined>>

/** `ModelRow.operation` → what made the model. */
const operationTitles: Titles = {
  import: 'Import',
  initialise: 'Initialisation',
  train: 'Training',
  'fine-tune': 'Fine-tuning',
  graft: simplifyTitles.graft,
  ...Object.fromEntries(Object.entries(simplifyTitles).map(([method, title]) => [`${method}-prune`, title])),
}

/** For every kind of core/nn, which a test sees to. */
export const layerKindTitles: Titles = {
  add: 'Add',
  affine: 'Scale and shift',
  avgPool: 'Average pool',
  batchNorm: 'Batch norm',
  conv2d: 'Convolution',
  dense: 'Dense',
  flatten: 'Flatten',
  gather: 'Rearrange',
  graftedRelu: 'Grafted ReLU',
  graftedSigmoid: 'Grafted sigmoid',
  relu: 'ReLU',
  sigmoid: 'Sigmoid',
}

const allArchitectures: Titles = { ...architectureTitles, imported: 'Imported ONNX' }

/** `net1` → `NET1`; what has no title stays as it is, here and below. */
export function architectureTitle(name: string): string {
  return allArchitectures[name] ?? name
}

/** `neuron-prune` → `Neuron pruning`. */
export function operationTitle(operation: string): string {
  return operationTitles[operation] ?? operation
}

/** `batchNorm` → `Batch norm`. */
export function layerKindTitle(kind: string): string {
  return layerKindTitles[kind] ?? kind
}

/** The kind of the neurons that are no lines: `graftedRelu` → `relu`. */
export function ungraftedKind(kind: string): string {
  return kind.replace(/^grafted(.)/, (_, initial: string) => initial.toLowerCase())
}

/** The architectures and the operations whose title holds `word`, in either case. */
export function recordedAs(word: string): { readonly architectures: string[]; readonly operations: string[] } {
  const holding = (titles: Titles) =>
    Object.keys(titles).filter((name) => titles[name]?.toLowerCase().includes(word.toLowerCase()))
  return { architectures: holding(allArchitectures), operations: holding(operationTitles) }
}
