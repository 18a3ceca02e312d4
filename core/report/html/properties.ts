// Properties in a report: one line for each, then what each of the first says, and its counterexample in numbers and pictures.
import type { ApiOutput } from '../../contract/api.ts'
import type { PropertyCase } from '../../contract/files.ts'
import { boxWords } from '../../contract/property-words.ts'
import type { VerdictRow } from '../../contract/rows.ts'
import { count, number } from './format.ts'
import { html, type Markup } from './markup.ts'
import { picture } from './pictures.ts'
import { verdictCells, verdictHeads } from './verdicts.ts'

/** A property in words, its verdicts, its counterexample. */
export type ReportedProperty = ApiOutput<'runs.property'>

const writing = { value: number, count }
/** Numbers of a counterexample that are printed; its witness file has all. */
const mostInputs = 20

/** @param rows of the verifier that was asked; `group` is the name of the property */
export function propertyTable(rows: readonly VerdictRow[]): Markup {
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th scope="col">Property</th>
          ${verdictHeads}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              <td>${row.group ?? row.imageIndex}</td>
              ${verdictCells(row)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}

export function propertySections(properties: readonly ReportedProperty[]): Markup[] {
  return properties.map(
    ({ name, report, witness }) =>
      html`<h3>${name}</h3>
        ${report.cases.map((one) => caseWords(one, report.inputs))}
        ${report.caseCount > report.cases.length ? html`<p>and ${report.caseCount - report.cases.length} more input boxes</p>` : null}
        ${witness === null ? null : counterexample(witness, report.inputs)}`,
  )
}

function caseWords(found: PropertyCase, inputs: number): Markup {
  const { meaning, violations, violationCount } = found
  return html`<dl>
    <dt>For every input in this box</dt>
    <dd>${boxWords(found, inputs, writing)}</dd>
    <dt>this must not come out</dt>
    <dd>
      ${meaning === null ? null : html`<div>${meaning}</div>`}
      ${violationCount > 1 ? html`<div>Any one of:</div>` : null} ${violations.map((one) => html`<div>${one}</div>`)}
      ${violationCount > violations.length ? html`<div>and ${violationCount - violations.length} more</div>` : null}
    </dd>
  </dl>`
}

function counterexample({ input, output, pictures }: NonNullable<ReportedProperty['witness']>, inputs: number): Markup {
  const values = (letter: string, list: readonly number[]): string =>
    list.map((value, i) => `${letter}_${i} = ${number(value)}`).join(', ')
  const shown = input.slice(0, mostInputs)
  return html`<h4>Counterexample</h4>
    ${
      pictures === null
        ? null
        : html`<div class="strips">
            <figure class="strip">
              <div>
                <figure>${picture(pictures.centre, 'middle of the box', false)}<span>middle of the box</span></figure>
                <figure>${picture(pictures.counterexample, 'counterexample', false)}<span>counterexample</span></figure>
                <figure>
                  ${picture(pictures.difference, 'signed difference', true)}<span
                    >difference × ${number(pictures.magnification)}: blue darker, orange brighter</span
                  >
                </figure>
              </div>
            </figure>
          </div>`
    }
    <dl>
      <dt>${shown.length < inputs ? `First ${shown.length} of ${inputs} inputs` : 'Inputs'}</dt>
      <dd>${values('X', shown)}</dd>
      <dt>Outputs</dt>
      <dd>${values('Y', output)}</dd>
    </dl>`
}
