// `espalier demo`: the whole road on embedded data in a minute or two, and where to look at it afterwards.
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import type { Shell } from '../context.ts'
import { followJob } from '../follow.ts'
import { jobExitCode } from '../job-exit.ts'
import { summaryTable } from '../run-table.ts'
import { readRecipeFile } from './run.ts'

const demoRecipe = fileURLToPath(new URL('../../../resources/recipes/demo.yaml', import.meta.url))

export function addDemo(program: Command, shell: Shell): void {
  const command = program
    .command('demo')
    .description('train, prune and verify a small network, offline, in a minute or two')
  shell.define(command, async ({ terminal, open }) => {
    const recipe = await readRecipeFile(demoRecipe)
    const app = await open()
    const followed = await followJob(app, terminal, () => app.api['jobs.start']({ recipe }))
    terminal.value(followed)
    terminal.print(`\n  ${recipe.title}\n\n${summaryTable(followed.runs)}\n`)
    terminal.print(
      '  Pruning is for speed of proof: fewer neurons, sooner decided. How many images are robust depends on the fine-tuning.\n',
    )
    terminal.print(
      '  Everything is stored. Look at it in the app: npm start   (or in a browser: npx espalier serve --open)',
    )
    return jobExitCode(followed)
  })
}
