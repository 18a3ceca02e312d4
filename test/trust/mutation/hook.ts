// Loaded before anything else in a mutant's process: changes the source of modules as they are loaded, and notes which were.
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { Edit } from './mutations.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const edits = JSON.parse(process.env.ESPALIER_MUTATION ?? '[]') as readonly Edit[]
const applied = new Set<string>()

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context)
    const wanted = url.startsWith('file:') ? edits.filter(({ file }) => fileURLToPath(url) === `${root}${file}`) : []
    if (wanted.length === 0) return loaded
    const source = wanted.reduce(edited, Buffer.from(loaded.source as Uint8Array).toString('utf8'))
    return { ...loaded, source }
  },
})

/** The text must be there exactly once: a mutation that has moved must fail, not pass. */
function edited(source: string, { file, find, replace }: Edit): string {
  const parts = source.split(find)
  if (parts.length !== 2) {
    process.stderr.write(`The mutation does not fit: ${file} has ${parts.length - 1} times\n${find}\n`)
    process.exit(3)
  }
  applied.add(file)
  return parts.join(replace)
}

process.on('exit', (code) => {
  const missed = edits.filter(({ file, inThread }) => !applied.has(file) && inThread !== true)
  if (missed.length === 0 || code === 3) return
  process.stderr.write(`Never loaded: ${missed.map(({ file }) => file).join(', ')}\n`)
  process.exitCode = 3
})
