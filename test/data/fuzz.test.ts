// Damaged files by the hundred: every format answers with a coded error or a sound dataset, never with anything else.
import { rm } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { EspalierError } from '../../core/contract/errors.ts'
import type { DataInput } from '../../core/contract/recipe.ts'
import { SeededRandom } from '../../core/data/random.ts'
import { openDataset } from '../../core/data/open.ts'
import { mutated, pick } from '../io/mutate.ts'
import { fixtureBytes, folderOf } from './support.ts'

type Source = Exclude<DataInput['source'], 'sample' | 'auto'>

/** What a format opens, and which of its files are damaged. */
interface Target {
  readonly source: Source
  readonly files: () => Promise<Readonly<Record<string, Uint8Array>>>
  readonly damaged: readonly string[]
  readonly cases: number
}

const encoded = (text: string): Uint8Array => new TextEncoder().encode(text)
const csv = Array.from({ length: 12 }, (_, k) => `${k % 3},${k},${2 * k},255,0`).join('\n')
const records = Uint8Array.from({ length: 2 * 3073 }, (_, k) => (k % 3073 === 0 ? 3 : k % 256))

const targets: readonly Target[] = [
  { source: 'npy', files: async () => ({ 'a.npz': await fixtureBytes('packed.npz') }), damaged: ['a.npz'], cases: 120 },
  { source: 'npy', files: async () => ({ 'a.npz': await fixtureBytes('plain.npz') }), damaged: ['a.npz'], cases: 100 },
  {
    source: 'npy',
    files: async () => ({ 'x.npy': await fixtureBytes('x_f4.npy'), 'y.npy': await fixtureBytes('y_u2.npy') }),
    damaged: ['x.npy', 'y.npy'],
    cases: 120,
  },
  {
    source: 'images',
    files: async () => ({ 'a/1.png': await fixtureBytes('rgb.png'), 'b/2.png': await fixtureBytes('palette.png') }),
    damaged: ['a/1.png', 'b/2.png'],
    cases: 120,
  },
  {
    source: 'images',
    files: async () => ({ 'a/1.jpg': await fixtureBytes('smooth.jpg'), 'b/2.jpg': await fixtureBytes('progressive.jpg') }),
    damaged: ['a/1.jpg', 'b/2.jpg'],
    cases: 100,
  },
  {
    source: 'csv',
    files: () => Promise.resolve({ 'train.csv': encoded(csv), 'test.csv': encoded(csv) }),
    damaged: ['train.csv'],
    cases: 120,
  },
  {
    source: 'cifar',
    files: () => Promise.resolve({ 'data_batch_1.bin.gz': gzipSync(records), 'test_batch.bin': records }),
    damaged: ['data_batch_1.bin.gz', 'test_batch.bin'],
    cases: 100,
  },
  {
    source: 'svhn',
    files: async () => ({ 'train_32x32.mat': await fixtureBytes('packed.mat'), 'test_32x32.mat': await fixtureBytes('plain.mat') }),
    damaged: ['train_32x32.mat', 'test_32x32.mat'],
    cases: 100,
  },
] // prettier-ignore

test.each(targets)(
  '$source: $damaged',
  async ({ source, files, damaged, cases }) => {
    const sound = await files()
    const random = new SeededRandom(1).fork(damaged.join())
    const codes = new Map<string, number>()
    for (let number = 0; number < cases; number++) {
      const name = damaged[pick(random, damaged.length)]
      const bytes = number === 0 ? sound[name] : mutated(headHeavy(sound[name], random), random)
      const directory = await folderOf({ ...sound, [name]: bytes })
      const code = await outcome({ source, directory })
      await rm(directory, { recursive: true })
      if (number === 0) expect(code).toBe('read')
      codes.set(code, (codes.get(code) ?? 0) + 1)
    }
    const kinds = [...codes.keys()]
    expect(kinds.filter((code) => code !== 'read').length, kinds.join(', ')).toBeGreaterThan(0)
  },
  60_000,
)

/** The damage of `mutated` is spread evenly: half of the time one more byte of the first 200, where headers are. */
function headHeavy(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  const copy = Uint8Array.from(bytes)
  if (pick(random, 2) === 0) copy[pick(random, Math.min(200, copy.length))] = pick(random, 256)
  return copy
}

/** The code of the error, or 'read' where the dataset is sound; anything else thrown is passed on. */
async function outcome(data: DataInput): Promise<string> {
  try {
    const { train, test: held } = await openDataset(data)
    for (const { count, labels, classes, shape, pixels } of [train, held]) {
      expect(labels.length).toBe(count)
      expect(labels.every((label) => label < classes.length)).toBe(true)
      expect(pixels.length).toBe(count * shape[0] * shape[1] * shape[2])
      if (pixels instanceof Float32Array) expect(pixels.every((value) => value >= 0 && value <= 1)).toBe(true)
    }
    return 'read'
  } catch (thrown) {
    if (thrown instanceof EspalierError && thrown.code !== 'internal' && thrown.hint !== '') return thrown.code
    throw thrown
  }
}
