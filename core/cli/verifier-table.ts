// Tables of a job whose images were given to several verifiers: solved questions and summed seconds, network by network.
import type { App } from '../app.ts'
import type { RunRow } from '../contract/rows.ts'
import { verifierNameSchema } from '../contract/verdict.ts'
import { figuresByVerifier, type VerifierFigures } from '../report/verifiers.ts'
import { formatTable } from './table.ts'

export interface RunVerifiers {
  readonly run: string
  readonly network: string
  readonly verifiers: readonly VerifierFigures[]
}

/** Figures of the runs that have verdicts. */
export async function loadVerifiers(app: App, runs: readonly RunRow[]): Promise<readonly RunVerifiers[]> {
  const loaded = await Promise.all(
    runs.map(async ({ id, title, variant }) => ({
      run: id,
      network: title === '' ? variant : title,
      verifiers: figuresByVerifier(await app.api['runs.verdicts']({ id })),
    })),
  )
  return loaded.filter(({ verifiers }) => verifiers.length > 0)
}

/** Two tables, one below the other; empty where no run has more than one verifier. */
export function verifierTables(runs: readonly RunVerifiers[]): string {
  const answered = new Set(runs.flatMap(({ verifiers }) => verifiers.map(({ verifier }) => verifier)))
  const names = verifierNameSchema.options.filter((name) => answered.has(name))
  if (names.length < 2) return ''
  const table = (title: string, cell: (figures: VerifierFigures) => string): string =>
    formatTable(
      [{ title, align: 'left' }, ...names.map((name) => ({ title: name }))],
      runs.map(({ network, verifiers }) => [
        network,
        ...names.map((name) => {
          const figures = verifiers.find(({ verifier }) => verifier === name)
          return figures === undefined ? '–' : cell(figures)
        }),
      ]),
    )
  const solved = table('solved', ({ verified, falsified, images }) => `${verified + falsified}/${images}`)
  const seconds = table('seconds, sum', (figures) => figures.seconds.toFixed(1))
  return `${solved}\n\n${seconds}`
}
