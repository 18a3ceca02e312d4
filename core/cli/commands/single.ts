// `espalier train | prune | verify`: recipes of one variant, built from flags that the recipe's schema generates.
import type { Command } from 'commander'
import type { App } from '../../app.ts'
import { EspalierError } from '../../contract/errors.ts'
import { recipeSchema, simplifySchema, trainSchema, variantSchema, verifySchema } from '../../contract/recipe.ts'
import { readRecipe } from '../../jobs/recipe/text.ts'
import type { Context, Shell } from '../context.ts'
import { attachDataFlags, dataOfModel, readDataFlags } from '../data-option.ts'
import { exitCodes } from '../exit-codes.ts'
import { flagsOf } from '../flags.ts'
import { followJob, type FollowedJob } from '../follow.ts'
import { jobExitCode } from '../job-exit.ts'
import { summaryTable } from '../run-table.ts'
import { asksAboutFiles, attachFileFlags, verifyFiles } from './verify-file.ts'

const commonFlags = flagsOf(recipeSchema.pick({ seed: true, provider: true, threads: true, evaluateEpsilon: true }))
const trainFlags = flagsOf(trainSchema)
const freshFlags = flagsOf(variantSchema.pick({ architecture: true, batchNorm: true }))
const simplifyFlags = flagsOf(simplifySchema)
const fineTuneFlags = flagsOf(trainSchema, { prefix: 'fine-tune' })
const verifyFlags = flagsOf(verifySchema)

/** ε of the FGSM figure of `train` and `prune`, the papers' for MNIST. */
const usualEpsilon = 0.1

function attachCommon(command: Command, usualName: string, usualData: string): void {
  command.option('--name <name>', 'name of the network in the history', usualName)
  attachDataFlags(command, usualData)
  commonFlags.attach(command)
}

/** Runs one variant and prints its row. */
async function perform(
  context: Context,
  command: Command,
  variant: object,
  rest: { data: unknown; verify: unknown },
): Promise<FollowedJob> {
  const { name } = command.opts<{ name: string }>()
  const value = {
    name,
    evaluateEpsilon: rest.verify === null ? usualEpsilon : undefined,
    ...commonFlags.read(command),
    ...(rest.data === null ? {} : { data: rest.data }),
    variants: [{ name, ...variant }],
    verify: rest.verify,
  }
  const recipe = readRecipe(value)
  const app = await context.open()
  const followed = await followJob(app, context.terminal, () => app.api['jobs.start']({ recipe }))
  context.terminal.value(followed)
  context.terminal.print(summaryTable(followed.runs))
  const model = followed.runs[0].modelId
  if (model !== null) context.terminal.print(`\n  model ${model} · run ${followed.runs[0].id}`)
  return followed
}

/** `--model ID`: an existing model and, without --data, the data it was made with. */
async function takeModel(app: App, command: Command): Promise<{ from: string; data: unknown }> {
  const { model } = command.opts<{ model: string }>()
  return { from: `model:${model}`, data: readDataFlags(command) ?? (await dataOfModel(app, model)) }
}

export function addTrain(program: Command, shell: Shell): void {
  const command = program.command('train').description('train a network')
  attachCommon(command, 'trained', 'the sample set')
  freshFlags.attach(command)
  trainFlags.attach(command)
  shell.define(command, async (context) => {
    const variant = { architecture: 'net1', ...freshFlags.read(command), train: trainFlags.read(command) }
    return jobExitCode(await perform(context, command, variant, { data: readDataFlags(command), verify: null }))
  })
}

export function addPrune(program: Command, shell: Shell): void {
  const command = program.command('prune').description('prune a model of the history, then fine-tune it')
  command.requiredOption('--model <id>', 'model to prune: the id that train, prune and the app show')
  attachCommon(command, 'pruned', 'what the model was made with')
  simplifyFlags.attach(command)
  fineTuneFlags.attach(command)
  command.option('--no-fine-tune', 'leave the pruned network as it is')
  shell.define(command, async (context) => {
    const { from, data } = await takeModel(await context.open(), command)
    const simplify = { method: 'neuron', ...simplifyFlags.read(command) }
    const fineTune = command.opts<{ fineTune: boolean }>().fineTune ? fineTuneFlags.read(command) : undefined
    return jobExitCode(await perform(context, command, { from, simplify, fineTune }, { data, verify: null }))
  })
}

export function addVerify(program: Command, shell: Shell): void {
  const description = 'verify the robustness of a model of the history (--model), or a property of a file (--onnx)'
  const command = program.command('verify').description(description)
  command.option('--model <id>', 'model to verify: the id that train, prune and the app show')
  attachFileFlags(command)
  attachCommon(command, 'verified', 'what the model was made with')
  verifyFlags.attach(command)
  shell.define(command, async (context) => {
    if (asksAboutFiles(command)) return await verifyFiles(context, command)
    requireModel(command)
    const { from, data } = await takeModel(await context.open(), command)
    const followed = await perform(context, command, { from }, { data, verify: verifyFlags.read(command) })
    return verdictExitCode(followed)
  })
}

function requireModel(command: Command): void {
  if (command.opts<{ model?: string }>().model !== undefined) return
  throw new EspalierError(
    'cli/usage',
    'Nothing says what to verify.',
    'Give --model ID for a model of the history, or --onnx FILE --vnnlib FILE for files.',
  )
}

/** 0 when every image is verified, 1 when one is falsified, 5 when something stays open. */
function verdictExitCode(followed: FollowedJob): number {
  const code = jobExitCode(followed)
  const { summary } = followed.runs[0]
  if (code !== exitCodes.ok || summary === null) return code
  if (summary.falsified > 0) return exitCodes.falsified
  return summary.verified === summary.images ? exitCodes.ok : exitCodes.undecided
}
