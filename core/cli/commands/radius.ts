// `espalier radius --model ID`: for each image the largest radius that is verified and the nearest counterexample.
import type { Command } from 'commander'
import { z } from 'zod'
import type { ImageRadius } from '../../app/radius.ts'
import { EspalierError } from '../../contract/errors.ts'
import { radiusSchema, type RadiusOptions } from '../../contract/radius.ts'
import { recipeSchema } from '../../contract/recipe.ts'
import { resolveHome } from '../../home.ts'
import { formatPath, recipeError, type Locate } from '../../jobs/recipe/issues.ts'
import type { Context, Shell } from '../context.ts'
import { attachDataFlags, readDataFlags } from '../data-option.ts'
import { exitCodes } from '../exit-codes.ts'
import { flagsOf } from '../flags.ts'
import { attachModel, readModel } from '../model-option.ts'
import { RadiusProgress } from '../radius-progress.ts'
import { formatSeconds, formatTable } from '../table.ts'

const radiusFlags = flagsOf(radiusSchema)
// Many small questions, asked in this process: measuring providers first would cost more than most of them, and lets drivers talk.
const { seed, provider, threads, memory } = recipeSchema.shape
const engineSchema = z.strictObject({
  seed,
  provider: provider
    .unwrap()
    .default('cpu')
    .describe(provider.description ?? ''),
  threads,
  memory,
})
const engineFlags = flagsOf(engineSchema)

export function addRadius(program: Command, shell: Shell): void {
  const description = 'how far around each image the answer stays the same: verified radius and nearest counterexample'
  const command = program.command('radius').description(description)
  attachModel(command, 'model of the history')
  attachDataFlags(command, 'what the model was made with')
  radiusFlags.attach(command)
  engineFlags.attach(command)
  shell.define(command, perform)
}

async function perform({ terminal }: Context, command: Command): Promise<number> {
  const options = readOptions(command)
  const model = readModel(command)
  const { home } = command.opts<{ home?: string }>()
  const { seed, ...machine } = engineSchema.parse(engineFlags.read(command))
  const { findRadii } = await import('../../app/radius.ts')
  const progress = new RadiusProgress(terminal)
  const stop = new AbortController()
  const onSignal = (): void => stop.abort()
  process.once('SIGINT', onSignal)
  try {
    const radii = await findRadii({
      home: resolveHome(home),
      model,
      data: readDataFlags(command),
      options,
      machine,
      seed,
      signal: stop.signal,
      report: progress.report,
      found: progress.found,
    })
    terminal.clearStatus()
    terminal.value(radii)
    terminal.print(radiusText(radii))
    if (stop.signal.aborted) return exitCodes.cancelled
    return radii.every(({ finished }) => finished) ? exitCodes.ok : exitCodes.undecided
  } finally {
    process.off('SIGINT', onSignal)
  }
}

/** @throws EspalierError 'cli/usage' naming the flag */
function readOptions(command: Command): RadiusOptions {
  const value = radiusFlags.read(command)
  const parsed = radiusSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const flagOf: Locate = (path) => radiusFlags.nameOf(path) ?? formatPath(path)
  const { message } = recipeError(parsed.error.issues, value, flagOf, radiusSchema)
  throw new EspalierError('cli/usage', message, 'espalier radius --help lists the flags.')
}

const columns = [
  { title: 'image' },
  { title: 'class' },
  { title: 'verified up to ε' },
  { title: 'counterexample at ε' },
  { title: 'evidence', align: 'left' },
  { title: 'radii asked' },
  { title: 'time' },
  { title: '', align: 'left' },
] as const

/** A line an image, and the means of the images that are classified correctly. */
export function radiusText(radii: readonly ImageRadius[]): string {
  const rows = radii.map((radius) => [
    String(radius.image),
    radius.target === null ? String(radius.label) : `${radius.label} → ${radius.target}`,
    radius.lower.toFixed(6),
    radius.upper === null ? 'none found' : radius.upper.toFixed(6),
    radius.evidence ?? '–',
    String(radius.questions),
    formatSeconds(radius.seconds),
    noteOn(radius),
  ])
  const correct = radii.filter(({ upper }) => upper !== 0)
  if (correct.length === 0) return formatTable(columns, rows)
  const mean = correct.reduce((sum, { lower }) => sum + lower, 0) / correct.length
  const open = radii.filter(({ finished }) => !finished).length
  const rest = open === 0 ? '' : `; ${open} not finished in their time`
  return `${formatTable(columns, rows)}\n\n  mean verified radius ${mean.toFixed(6)} over ${correct.length} images${rest}`
}

function noteOn({ upper, finished, error }: ImageRadius): string {
  if (error !== null) return `${error.code}: ${error.message}`
  if (upper === 0) return 'misclassified as it is'
  return finished ? '' : 'not finished'
}
