// The two CIFAR binary layouts: which files make a split, what a record holds, where class names stand.

export interface CifarLayout {
  readonly name: 'CIFAR-10' | 'CIFAR-100'
  /** Plain names; `.gz` may follow. */
  readonly train: RegExp
  readonly test: RegExp
  /** Labels before the pixels of a record; the count of classes of each. */
  readonly labels: readonly number[]
}

export const pixelBytes = 3 * 32 * 32
export const cifarShape = [3, 32, 32] as const

export const cifar10: CifarLayout = {
  name: 'CIFAR-10',
  train: /^data_batch_(\d+)\.bin(\.gz)?$/,
  test: /^test_batch\.bin(\.gz)?$/,
  labels: [10],
}

/** Coarse labels stand before fine ones. */
export const cifar100: CifarLayout = {
  name: 'CIFAR-100',
  train: /^train\.bin(\.gz)?$/,
  test: /^test\.bin(\.gz)?$/,
  labels: [20, 100],
}

export const cifar10Classes: readonly string[] = [
  'airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck',
] // prettier-ignore

/** Names of the files that list class names, one in a line, as the official archives have them. */
export const classFiles = {
  'CIFAR-10': ['batches.meta.txt'],
  'CIFAR-100': ['coarse_label_names.txt', 'fine_label_names.txt'],
} as const

/** Most records of one file: 50,000 are the whole training set of CIFAR-100. */
export const mostRecords = 100_000

export function recordBytes({ labels }: CifarLayout): number {
  return labels.length + pixelBytes
}
