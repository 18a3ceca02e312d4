// The history that the pictures show: the demo, a sweep with a variant that fails, and the files of a reviewer's bundle to check.
import { execFile } from 'node:child_process'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { writeFiles } from '../../cli/files.ts'

const root = join(import.meta.dirname, '../../..')
const recipes = [join(root, 'resources/recipes/demo.yaml'), join(import.meta.dirname, 'sweep.yaml')]

/** Files for the check of a network. */
export interface CheckFiles {
  /** Of images: one property that holds, one that does not. */
  readonly images: { readonly network: string; readonly verified: string; readonly falsified: string }
  /** Of plain numbers, with a counterexample. */
  readonly numbers: { readonly network: string; readonly property: string }
  /** Images of 4 × 4 as a table. */
  readonly data: string
  /** No network at all. */
  readonly broken: string
}

/** The commands of Espalier in a process of their own. @returns what was printed */
async function espalier(home: string, ...words: readonly string[]): Promise<string> {
  const args = [join(root, 'core/cli/main.ts'), ...words, '--home', home]
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 1 << 28 })
  return stdout
}

/** Carries out the recipes, some two minutes of a processor; a home that has a history is left as it is. */
export async function makeHistory(home: string): Promise<void> {
  if (existsSync(join(home, 'history.db'))) return
  // A variant of the sweep is made to fail, and the command says so by its exit code.
  for (const recipe of recipes) await espalier(home, 'run', recipe).catch(() => '')
}

/** Writes the files. @param runId a run with verdicts of both kinds */
export async function makeCheckFiles(home: string, runId: string, folder: string): Promise<CheckFiles> {
  const small = writeFiles(folder)
  const bundle = join(folder, 'bundle')
  await espalier(home, 'report', runId, '--bundle', bundle)
  const named = (name: string): string => join(bundle, 'properties', `${name}.vnnlib`)
  const falsified = readdirSync(join(bundle, 'witnesses')).map((file) => file.replace(/\.txt$/, ''))
  const all = readdirSync(join(bundle, 'properties')).map((file) => file.replace(/\.vnnlib$/, ''))
  const verified = all.find((name) => !falsified.includes(name))
  if (falsified.length === 0 || verified === undefined) throw new Error(`${runId} has not verdicts of both kinds.`)
  const data = join(folder, 'tiny.csv')
  const cells = Array.from({ length: 60 * 17 }, (_, i) => (i % 17 === 0 ? (i / 17) % 3 : (i * 37) % 256))
  const rows = Array.from({ length: 60 }, (_, row) => cells.slice(row * 17, row * 17 + 17).join())
  writeFileSync(data, ['label,' + Array.from({ length: 16 }, (_, p) => `p${p}`).join(), ...rows].join('\n'))
  return {
    images: { network: join(bundle, 'model.onnx'), verified: named(verified), falsified: named(falsified[0]) },
    numbers: { network: small.onnx('diamond'), property: small.vnnlib('fails') },
    data,
    broken: small.onnx('broken'),
  }
}
