// `espalier train | prune | graft | verify | attack`: recipes of one variant, built from flags that the recipe's schema generates.
import type { Command } from 'commander'
import type { App } from '../../app.ts'
import { toErrorData } from '../../contract/errors.ts'
import {
  recipeSchema,
  simplifySchema,
  trainSchema,
  variantSchema,
  verifySchema,
  type Recipe,
} from '../../contract/recipe.ts'
import { formatPath } from '../../jobs/recipe/issues.ts'
import { readRecipe } from '../../jobs/recipe/text.ts'
import type { Context, Shell } from '../context.ts'
import { attachDataFlags, dataFlagOf, dataOfModel, readDataFlags, requireData } from '../data-option.ts'
import { exitCodes } from '../exit-codes.ts'
import { flagsOf, type FlagSet } from '../flags.ts'
import { followJob, type FollowedJob } from '../follow.ts'
import { jobExitCode } from '../job-exit.ts'
import { attachModel, readModel } from '../model-option.ts'
import { summaryTable } from '../run-table.ts'
import { write as writeFileOf } from './export.ts'
import { asksAboutFiles, attachFileFlags, verifyFiles } from './verify-file.ts'

const commonFlags = flagsOf(
  recipeSchema.pick({
    seed: true,
    provider: true,
    threads: true,
    memory: true,
    evaluateEpsilon: true,
    evaluateAttack: true,
  }),
)
const trainFlags = flagsOf(trainSchema)
const freshFlags = flagsOf(variantSchema.pick({ architecture: true, batchNorm: true, normalise: true }))
const simplifyFlags = flagsOf(simplifySchema)
const fineTuneFlags = flagsOf(trainSchema, { prefix: 'fine-tune' })
const verifyFlags = flagsOf(verifySchema)

/** Where in a recipe of one variant each set of flags goes. */
const places: readonly (readonly [place: string, flags: Pick<FlagSet, 'nameOf'>])[] = [
  ['variants.0.train', trainFlags],
  ['variants.0.simplify', simplifyFlags],
  ['variants.0.fineTune', fineTuneFlags],
  ['variants.0', freshFlags],
  ['verify', verifyFlags],
  ['data', { nameOf: dataFlagOf }],
  ['', commonFlags],
]

/** What was typed, for a complaint about a key: its flag, else the key. */
function flagOf(path: readonly PropertyKey[]): string {
  if (path.at(-1) === 'name') return '--name'
  if (path.at(-1) === 'from') return '--model'
  for (const [place, flags] of places) {
    const depth = place === '' ? 0 : place.split('.').length
    if (path.slice(0, depth).join('.') !== place) continue
    const flag = flags.nameOf(path.slice(depth))
    if (flag !== null) return flag
  }
  return formatPath(path)
}

/** ε of the FGSM figure of `train`, `prune` and `graft`, and of the bounds that grafting looks at: the papers' for MNIST. */
const usualEpsilon = 0.1

function attachCommon(command: Command, usualName: string, usualData: string): void {
  command.option('--name <name>', 'name of the network in the history', usualName)
  attachDataFlags(command, usualData)
  commonFlags.attach(command)
}

/**
 * Runs one variant and prints its row. All flags are checked before the history is opened.
 * @param model whose data is taken where no flag names any
 */
async function perform(
  context: Context,
  command: Command,
  { variant, verify, model }: { variant: object; verify: unknown; model?: string },
): Promise<FollowedJob> {
  const { name } = command.opts<{ name: string }>()
  const data = readDataFlags(command)
  const value = {
    name,
    evaluateEpsilon: verify === null ? usualEpsilon : undefined,
    ...commonFlags.read(command),
    ...(data === null ? {} : { data }),
    variants: [{ name, ...variant, ...(model === undefined ? {} : { from: `model:${model}` }) }],
    verify,
  }
  const checked = readRecipe(value, flagOf)
  const app = await context.open()
  const withData = data === null && model !== undefined ? { ...checked, data: await dataOfModel(app, model) } : checked
  const unnamed = verify !== null && model !== undefined && command.getOptionValueSource('name') !== 'cli'
  const recipe = unnamed ? await titledAsModel(app, withData, model) : withData
  await requireData(recipe.data)
  const followed = await followJob(app, context.terminal, () => app.api['jobs.start']({ recipe }))
  context.terminal.value(followed)
  const [run] = followed.runs
  // A job that failed before its run began has said why; there is nothing to tabulate.
  if (run.startedAt !== null) context.terminal.print(summaryTable(followed.runs))
  if (run.modelId !== null) context.terminal.print(`\n  model ${run.modelId} · run ${run.id}`)
  return followed
}

/** A verification that was given no name is shown under its model's. */
async function titledAsModel(app: App, recipe: Recipe, id: string): Promise<Recipe> {
  const { name } = (await app.api['models.get']({ id })).model
  return {
    ...recipe,
    title: `Verification of ${name}`,
    variants: recipe.variants.map((variant) => ({ ...variant, title: name })),
  }
}

export function addTrain(program: Command, shell: Shell): void {
  const command = program.command('train').description('train a network')
  attachCommon(command, 'trained', 'the sample set')
  freshFlags.attach(command)
  trainFlags.attach(command)
  shell.define(command, async (context) => {
    const variant = { architecture: 'net1', ...freshFlags.read(command), train: trainFlags.read(command) }
    return jobExitCode(await perform(context, command, { variant, verify: null }))
  })
}

export function addPrune(program: Command, shell: Shell): void {
  addSimplify(program, shell, { name: 'prune', method: 'neuron', made: 'pruned' })
}

export function addGraft(program: Command, shell: Shell): void {
  addSimplify(program, shell, { name: 'graft', method: 'graft', made: 'grafted' })
}

/** One command for each way to simplify, which differ in the method taken where `--method` names none. */
function addSimplify(
  program: Command,
  shell: Shell,
  { name, method, made }: { name: string; method: string; made: string },
): void {
  const command = program.command(name).description(`${name} a model of the history, then fine-tune it`)
  attachModel(command, `model to ${name}`)
  attachCommon(command, made, 'what the model was made with')
  simplifyFlags.attach(command)
  fineTuneFlags.attach(command)
  command.option('--no-fine-tune', `leave the ${made} network as it is`)
  shell.define(command, async (context) => {
    const model = readModel(command)
    const simplify: Record<string, unknown> = { method, ...simplifyFlags.read(command) }
    if (simplify['method'] === 'graft')
      simplify['epsilon'] ??= commonFlags.read(command)['evaluateEpsilon'] ?? usualEpsilon
    const fineTune = command.opts<{ fineTune: boolean }>().fineTune ? fineTuneFlags.read(command) : undefined
    return jobExitCode(await perform(context, command, { variant: { simplify, fineTune }, verify: null, model }))
  })
}

export function addVerify(program: Command, shell: Shell): void {
  const description = 'verify the robustness of a model of the history (--model), or a property of a file (--onnx)'
  const command = program.command('verify').description(description)
  attachModel(command, 'model to verify')
  attachFileFlags(command)
  attachCommon(command, 'verified', 'what the model was made with')
  verifyFlags.attach(command)
  shell.define(command, async (context) => {
    if (asksAboutFiles(command)) return await verifyFiles(context, command)
    const model = readModel(
      command,
      'Give --model ID for a model of the history (espalier models lists them), or --onnx FILE --vnnlib FILE for files.',
    )
    const { certificate } = command.opts<{ certificate?: string }>()
    const proofs = certificate === undefined ? {} : { certify: 'always', keepProofs: 'always' }
    const verify = { ...proofs, ...verifyFlags.read(command) }
    const followed = await perform(context, command, { variant: {}, verify, model })
    if (certificate !== undefined) await exportCertificate(context, followed.runs[0].id, certificate)
    return verdictExitCode(followed)
  })
}

export function addAttack(program: Command, shell: Shell): void {
  const description =
    'look for counterexamples of a model of the history by gradient attacks alone, which prove nothing'
  const command = program.command('attack').description(description)
  attachModel(command, 'model to attack')
  attachCommon(command, 'attacked', 'what the model was made with')
  verifyFlags.attach(command)
  shell.define(command, async (context) => {
    const model = readModel(command)
    const verify = { method: 'attack', ...verifyFlags.read(command) }
    return verdictExitCode(await perform(context, command, { variant: {}, verify, model }))
  })
}

/** The proofs of a run's images; nothing verified, nothing written. */
async function exportCertificate(context: Context, id: string, path: string): Promise<void> {
  const app = await context.open()
  try {
    const bytes = await writeFileOf(path, await app.api['runs.export']({ id, format: 'certificate' }))
    context.terminal.note(`  certificate: ${path} (${bytes} bytes)`)
  } catch (thrown) {
    if (toErrorData(thrown).code !== 'store/missing') throw thrown
    context.terminal.note('  no certificate: no image was certified')
  }
}

/** 0 when every image is verified, 1 when one is falsified, 5 when something stays open. */
function verdictExitCode(followed: FollowedJob): number {
  const code = jobExitCode(followed)
  const { summary } = followed.runs[0]
  if (code !== exitCodes.ok || summary === null) return code
  if (summary.falsified > 0) return exitCodes.falsified
  return summary.verified === summary.images ? exitCodes.ok : exitCodes.undecided
}
