// `espalier run RECIPE`: a whole experiment from a file, or the rest of one that was stopped.
import { createReadStream, existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Command } from 'commander'
import type { ApiOutput } from '../../contract/api.ts'
import { EspalierError } from '../../contract/errors.ts'
import { recipeSchema, verifySchema, type Recipe } from '../../contract/recipe.ts'
import { inputError } from '../../data/files.ts'
import { historyOrigins, requireOrigins } from '../../jobs/recipe/origins.ts'
import { planRecipe } from '../../jobs/recipe/plan.ts'
import { parseRecipe, readRecipe, recipeLimit } from '../../jobs/recipe/text.ts'
import { resolveHome } from '../../home.ts'
import type { Shell } from '../context.ts'
import { attachDataFlags, readDataFlags, requireData } from '../data-option.ts'
import { flagsOf } from '../flags.ts'
import { followJob } from '../follow.ts'
import { jobExitCode } from '../job-exit.ts'
import { runsTable } from '../run-table.ts'
import { formatCount, formatSeconds, formatTable } from '../table.ts'
import { loadVerifiers, verifierTables } from '../verifier-table.ts'

const overrides = flagsOf(recipeSchema.pick({ seed: true, provider: true, threads: true, memory: true }), {
  defaults: false,
})
const verifyOverrides = flagsOf(verifySchema.pick({ timeoutSeconds: true }), { defaults: false })

interface RunOptions {
  readonly dryRun?: boolean
  readonly resume?: string
  readonly home?: string
}

/** Reads a recipe file; a relative data folder is meant from the file or, where it is not there, from the working folder. @throws EspalierError `input/*`, `recipe/*` */
export async function readRecipeFile(path: string): Promise<Recipe> {
  let text: string
  try {
    text = await readStart(path, recipeLimit)
  } catch (cause) {
    throw inputError(path, cause)
  }
  const recipe = parseRecipe(text)
  if (recipe.data.source === 'sample') return recipe
  const { directory } = recipe.data
  const beside = resolve(dirname(path), directory)
  return { ...recipe, data: { ...recipe.data, directory: existsSync(beside) ? beside : resolve(directory) } }
}

/** The text of a file, cut off beyond four bytes for each of `limit` characters: whatever is given, memory is bounded. */
async function readStart(path: string, limit: number): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of createReadStream(path, { end: 4 * limit })) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

/** The plan as a person reads it. */
export function planText({ recipe, stages, images, worstCaseSeconds }: ApiOutput<'recipes.plan'>): string {
  const columns = [
    { title: 'variant', align: 'left' },
    { title: 'stage', align: 'left' },
    { title: 'what', align: 'left' },
  ] as const
  const rows = stages.map(({ variant, stage, detail }, i) => [
    stages[i - 1]?.variant === variant ? '' : variant,
    stage,
    detail,
  ])
  const training = stages.some(({ stage }) => stage === 'train' || stage === 'fine-tune')
  const extra = training ? '; training comes on top' : ''
  const cost = `  ${formatCount(images)} verifications, at worst ${formatSeconds(worstCaseSeconds)} of them${extra}.`
  return [`  ${recipe.title === '' ? recipe.name : recipe.title}`, '', formatTable(columns, rows), '', cost].join('\n')
}

export function addRun(program: Command, shell: Shell): void {
  const command = program.command('run').argument('[recipe]', 'recipe file (YAML)')
  command.description('carry out a recipe: train, simplify, verify, and store everything')
  command.option(
    '--dry-run',
    'check the recipe, and that the networks it starts from are there; print the plan with its worst-case cost',
  )
  command.option('--resume <job>', 'go on with a job that was stopped')
  attachDataFlags(command, 'what the recipe says')
  overrides.attach(command)
  verifyOverrides.attach(command)
  shell.define(command, async ({ terminal, open }) => {
    const { dryRun, resume, home } = command.opts<RunOptions>()
    const path = command.args.at(0)
    if ((path === undefined) === (resume === undefined))
      throw new EspalierError('cli/usage', 'Give a recipe file, or --resume JOB.', 'espalier run --help shows how.')
    const recipe = path === undefined ? null : changed(await readRecipeFile(path), command)
    if (dryRun === true && recipe !== null) {
      const plan = await checkedPlan(recipe, home)
      terminal.value(plan)
      terminal.print(planText(plan))
      return undefined
    }
    const app = await open()
    if (recipe !== null) await requireData(recipe.data)
    const followed = await followJob(app, terminal, () =>
      recipe === null ? app.api['jobs.resume']({ id: resume ?? '' }) : app.api['jobs.start']({ recipe }),
    )
    const verifiers = await loadVerifiers(app, followed.runs)
    terminal.value({ ...followed, verifiers })
    if (followed.runs.some(({ startedAt }) => startedAt !== null))
      terminal.print(`\n${runsTable(followed.job.recipe, followed.runs)}`)
    const compared = verifierTables(verifiers)
    if (compared !== '') terminal.print(`\n${compared}`)
    return jobExitCode(followed)
  })
}

/** The plan, once what the recipe takes from the history is there. @throws EspalierError 'store/missing' */
async function checkedPlan(recipe: Recipe, home: string | undefined): Promise<ApiOutput<'recipes.plan'>> {
  if (historyOrigins(recipe).length > 0) {
    const { openHome } = await import('../../app/open-home.ts')
    const { store } = await openHome(resolveHome(home), 'read')
    try {
      await requireOrigins(store, recipe)
    } finally {
      await store.close()
    }
  }
  return planRecipe(recipe)
}

/** The recipe with what the flags say otherwise. @throws EspalierError as reading does */
function changed(recipe: Recipe, command: Command): Recipe {
  const data = readDataFlags(command)
  const verify = recipe.verify === null ? null : { ...recipe.verify, ...verifyOverrides.read(command) }
  return readRecipe({ ...recipe, ...overrides.read(command), verify, ...(data === null ? {} : { data }) })
}
