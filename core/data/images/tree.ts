// The folders of an image dataset: train/CLASS/ and test/CLASS/, or CLASS/ alone; what is no image is left out.
import { join } from 'node:path'
import { listFolder, splitOfWord, usedSplits, type NamedSplit } from '../folder.ts'
import { imageEnding } from './decode.ts'

/** Image files of one split in order: by class, then by name. */
export interface ImageFiles {
  readonly split: 'train' | 'test' | 'undivided'
  readonly paths: readonly string[]
  readonly labels: readonly string[]
}

/** The splits of a folder; empty where it is no image dataset. @throws EspalierError `input/*` */
export async function findImages(directory: string): Promise<readonly ImageFiles[]> {
  const { folders } = await listFolder(directory)
  const named = new Map<NamedSplit, string>()
  for (const folder of folders) {
    const split = splitOfWord(folder)
    if (split !== null) named.set(split, join(directory, folder))
  }
  if (named.size === 0) named.set('undivided', directory)
  const found: ImageFiles[] = []
  for (const [name, split] of usedSplits((candidate) => named.has(candidate))) {
    const files = await filesOf(named.get(name) ?? directory)
    if (files.paths.length > 0) found.push({ split, ...files })
  }
  return found
}

async function filesOf(directory: string): Promise<{ paths: string[]; labels: string[] }> {
  const { folders } = await listFolder(directory)
  const paths: string[] = []
  const labels: string[] = []
  for (const label of folders) {
    const { files } = await listFolder(join(directory, label))
    for (const name of files) {
      if (!imageEnding.test(name)) continue
      paths.push(join(directory, label, name))
      labels.push(label)
    }
  }
  return { paths, labels }
}
