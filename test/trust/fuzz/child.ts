// The process that reads fuzz files one after another and tells, case by case, what came of it; it may die of one.
import { mkdtempSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EspalierError } from '../../../core/contract/errors.ts'
import { fuzzFile, targets } from './targets.ts'

const [name, from, to, seed] = process.argv.slice(2)
const target = targets[name]
const folder = mkdtempSync(join(tmpdir(), 'espalier-fuzz-'))
const seeds = target.seeds()

/** The code of the parser's answer; anything but a coded error with a hint is told as a failure. */
async function outcomeOf(path: string, bytes: Uint8Array): Promise<string> {
  try {
    await target.read(path, bytes)
    return 'read'
  } catch (thrown) {
    if (thrown instanceof EspalierError && thrown.code !== 'internal' && thrown.hint !== '') return thrown.code
    const stack = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
    return `UNCODED ${stack.slice(0, 600).replaceAll('\n', ' | ')}`
  }
}

const tell = (line: object): number => writeSync(1, `${JSON.stringify(line)}\n`)
try {
  for (let number = Number(from); number < Number(to); number++) {
    const bytes = fuzzFile(target, seeds, number, Number(seed))
    const path = join(folder, 'case')
    writeFileSync(path, bytes)
    tell({ started: number })
    const start = performance.now()
    const outcome = number < seeds.length ? await sound(path, bytes) : await outcomeOf(path, bytes)
    const milliseconds = Math.round(performance.now() - start)
    tell({ finished: number, outcome, milliseconds, peak: process.resourceUsage().maxRSS * 1024 })
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
process.exit(0)

/** Sound files must be read: a fuzz of a parser that refuses everything would show nothing. */
async function sound(path: string, bytes: Uint8Array): Promise<string> {
  const outcome = await outcomeOf(path, bytes)
  return outcome === 'read' ? outcome : `UNCODED a sound file is refused: ${outcome}`
}
