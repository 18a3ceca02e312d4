// CIFAR-10 and CIFAR-100 in their binary version: a folder with the batches, .gz or not.
import { basename, join, resolve } from 'node:path'
import { assemble, type LabelledImages } from '../assemble.ts'
import type { DatasetPair } from '../dataset.ts'
import { peek } from '../files.ts'
import { listPlace } from '../folder.ts'
import type { DatasetFormat, InputOf, OptionsOf } from '../source.ts'
import { cifar10, cifar100, cifar10Classes, cifarShape, classFiles, type CifarLayout } from './layout.ts'
import { readRecords } from './read.ts'

export const cifarFormat: DatasetFormat<'cifar'> = {
  title: 'a folder with CIFAR-10 or CIFAR-100, binary version (data_batch_1.bin and so on, .gz or not)',
  detect,
  open,
}

async function detect(path: string): Promise<InputOf<'cifar'> | null> {
  const { directory, files } = await listPlace(path)
  const layout = layoutOf(files)
  const first = files.find((name) => layout.train.test(name) || layout.test.test(name))
  if (first === undefined) return null
  const start = await peek(join(directory, first), layout.labels.length)
  const plausible = start.length === layout.labels.length && layout.labels.every((count, i) => start[i] < count)
  return plausible ? { source: 'cifar', directory: resolve(directory) } : null
}

async function open({ directory, coarse }: OptionsOf<'cifar'>): Promise<DatasetPair> {
  const { files } = await listPlace(directory)
  const layout = layoutOf(files)
  const column = coarse || layout === cifar10 ? 0 : 1
  const read = async (pattern: RegExp): Promise<LabelledImages | undefined> => {
    const names = plainFirst(files.filter((name) => pattern.test(name)))
    if (names.length === 0) return undefined
    const parts = []
    for (const name of names) parts.push(await readRecords(join(directory, name), layout, column))
    const source = `${join(directory, names[0])}${names.length > 1 ? ` and ${names.length - 1} more` : ''}`
    return {
      source,
      shape: cifarShape,
      pixels: Buffer.concat(parts.map(({ pixels }) => pixels)),
      labels: Int32Array.from(parts.flatMap(({ labels }) => [...labels])),
    }
  }
  const [train, test] = [await read(layout.train), await read(layout.test)]
  const classes = await classNames(directory, files, layout, column)
  const name = basename(resolve(directory))
  return assemble({ name, holdOut: 0, classes }, { ...(train && { train }), ...(test && { test }) })
}

function layoutOf(files: readonly string[]): CifarLayout {
  const isTen = files.some((name) => cifar10.train.test(name) || cifar10.test.test(name))
  return isTen ? cifar10 : cifar100
}

/** A batch that lies there plain and compressed counts once; batches in order of their numbers. */
function plainFirst(names: readonly string[]): string[] {
  const plain = names.map((name) => name.replace(/\.gz$/, ''))
  const number = (name: string): number => Number(/\d+/.exec(name)?.[0] ?? 0)
  return names
    .filter((name, i) => name === plain[i] || !names.includes(plain[i]))
    .toSorted((a, b) => number(a) - number(b))
}

/** Bytes of a list of class names that are read. */
const longestList = 16_384

/** The names in the archive's own list, if it has one for every class; else the known ones, or numbers. */
async function classNames(
  directory: string,
  files: readonly string[],
  layout: CifarLayout,
  column: number,
): Promise<readonly string[]> {
  const count = layout.labels[column]
  const list = classFiles[layout.name][column] as string
  if (files.includes(list)) {
    const text = Buffer.from(await peek(join(directory, list), longestList)).toString('utf8')
    const names = text.split('\n').map((line) => line.trim()).filter((line) => line !== '') // prettier-ignore
    if (names.length === count && new Set(names).size === count) return names
  }
  return layout === cifar10 ? cifar10Classes : Array.from({ length: count }, (_, label) => String(label))
}
