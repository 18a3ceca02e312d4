// A report as one HTML file: it asks nothing of the network, runs no script, and says where every figure comes from.
import type { Instance } from '../../contract/api.ts'
import type { DatasetRow, JobRow, ModelRow } from '../../contract/rows.ts'
import { compareRuns } from '../compare.ts'
import { html, type Markup } from './markup.ts'
import { strips } from './pictures.ts'
import { plots, type Plotted } from './plots.ts'
import { propertySections, propertyTable, type ReportedProperty } from './properties.ts'
import { style } from './style.ts'
import { summaryTable } from './summary.ts'
import { flipTable, verdictTable } from './verdicts.ts'

export interface ReportedRun extends Plotted {
  readonly job: JobRow
  readonly model: ModelRow | null
  readonly dataset: DatasetRow | null
  /** The job's recipe as YAML. */
  readonly recipe: string
  /** Some of those with a counterexample. */
  readonly instances: readonly Instance[]
  /** Of a check of properties, the first ones; none of a run on images. */
  readonly properties: readonly ReportedProperty[]
}

export interface ReportRequest {
  /** One, or several of which the first is what the others are compared with. */
  readonly runs: readonly ReportedRun[]
  /** Of Espalier. */
  readonly version: string
  readonly madeAt: Date
}

/** Nothing may be loaded from anywhere: pictures and styles are in the file. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"

export function reportHtml({ runs, version, madeAt }: ReportRequest): string {
  const names = runs.map(({ name }) => name)
  const title =
    names.length < 3 ? names.join(' compared with ') : `${names[0]} compared with ${names.length - 1} others`
  const when = `${madeAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`
  const page = html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta http-equiv="Content-Security-Policy" content="${policy}" />
      <title>${title}</title>
      <style>
        ${{ html: style }}
      </style>
    </head>
    <body>
      <h1>${title}</h1>
      <p class="lead">Robustness verification, reported by Espalier ${version} on ${when}.</p>
      ${comparisons(runs)}
      <h2>Figures</h2>
      ${summaryTable(
        runs.map(({ run }) => run),
        names,
      )}
      ${plotted(runs)} ${runs.map((run) => evidence(run, runs.length > 1))}
      <h2>What the words mean</h2>
      ${words}
      <h2>Provenance</h2>
      ${runs.map((run) => provenance(run))}
    </body>
  </html>`
  return `<!doctype html>\n${page.html}\n`
}

/** Nothing at all of a single question, which has no curve. */
function plotted(runs: readonly ReportedRun[]): Markup | null {
  const drawn = plots(runs)
  return drawn.html.includes('<figure')
    ? html`<h2>Plots</h2>
        ${drawn}`
    : null
}

/** What makes the comparison unfair, and which verdicts changed. */
function comparisons(runs: readonly ReportedRun[]): Markup[] {
  const [first, ...others] = runs
  return others.map((other) => {
    const comparison = compareRuns(first, other)
    return html`<h2>${first.name} and ${other.name}</h2>
      ${comparison.warnings.map((warning) => html`<p class="notice">Careful: ${warning}.</p>`)}
      <h3>Verdicts of the same ${first.properties.length > 0 ? 'properties' : 'images'}</h3>
      ${flipTable(comparison, first.name, other.name)}`
  })
}

function evidence({ name, instances, verdicts, dataset, properties }: ReportedRun, several: boolean): Markup {
  if (properties.length > 0)
    return html`<h2>${several ? `Properties: ${name}` : 'Properties'}</h2>
      ${propertyTable(verdicts)} ${propertySections(properties)}`
  const shown = instances.filter(({ counterexample }) => counterexample !== null)
  return html`<h2>${several ? `Verdicts: ${name}` : 'Verdicts'}</h2>
    ${verdictTable(verdicts, dataset?.classes ?? [])}
    ${
      shown.length === 0
        ? null
        : html`<h3>
              Counterexamples${shown.length < verdicts.filter(({ verdict }) => verdict === 'falsified').length ? ' (some)' : ''}
            </h3>
            ${strips(shown)}`
    }`
}

const words = html`<dl>
  <dt>verified</dt>
  <dd>
    no image in the ball of radius ε (every pixel changed by ε at most) is classified differently; of a property: no
    input in its box violates it
  </dd>
  <dt>falsified</dt>
  <dd>a counterexample in the ball or box was found, and evaluated in float64 on the original network</dd>
  <dt>unknown, timeout</dt>
  <dd>not decided: limits of the method, or of time</dd>
  <dt>certified</dt>
  <dd>every part of the proof was proved again in float64, rounding counted</dd>
  <dt>float32</dt>
  <dd>the bounds of the search prove it, in single precision</dd>
  <dt>solver</dt>
  <dd>the word of the MILP solver HiGHS, within its tolerances</dd>
  <dt>replayed</dt>
  <dd>a counterexample evaluated in float64</dd>
  <dt>bound</dt>
  <dd>margin over every other class that was proved; above 0 is verified</dd>
  <dt>domains</dt>
  <dd>cases that the search split the question into</dd>
  <dt>unstable</dt>
  <dd>a hidden neuron that can be on or off within ε; only such make a verifier split</dd>
  <dt>FGSM robustness</dt>
  <dd>
    share of test images still classified correctly after one gradient step of ε against them: an attack, no proof
  </dd>
</dl>`

function provenance({ name, run, job, model, dataset, recipe }: ReportedRun): Markup {
  const facts: readonly (readonly [string, string])[] = [
    ['Run', `${run.id}, job ${job.id}`],
    ['Started, finished', `${run.startedAt ?? '–'}, ${run.finishedAt ?? '–'}`],
    ['Seed', String(run.seed)],
    ['Model', model === null ? '–' : `${model.id}, ${model.architecture}, hash ${model.hash}`],
    ['Data', dataset === null ? '–' : `${dataset.name} (${dataset.kind}), hash ${dataset.hash}`],
    ...Object.entries(job.environment),
  ]
  return html`<h3>${name}</h3>
    <dl>
      ${facts.map(
        ([term, value]) =>
          html`<dt>${term}</dt>
            <dd>${value}</dd>`,
      )}
    </dl>
    <details>
      <summary>Recipe</summary>
      <pre>${recipe}</pre>
    </details>`
}
