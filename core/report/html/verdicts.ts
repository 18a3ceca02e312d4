// Verdicts in a report: one line for each image, and how verdicts changed from one run to another.
import type { VerdictRow } from '../../contract/rows.ts'
import { verdictSchema } from '../../contract/verdict.ts'
import type { Comparison } from '../compare.ts'
import { count, number, seconds } from './format.ts'
import { html, type Markup } from './markup.ts'

/** Lines of one table, at most: a bundle has all of them as CSV. */
const mostRows = 2_000

/** The columns that verdicts on images and on properties have in common. */
export const verdictHeads = html`<th class="word">Verdict</th>
  <th class="word">Evidence</th>
  <th class="word">Verifier</th>
  <th class="word">Decided by</th>
  <th>Bound</th>
  <th>Domains</th>
  <th>Time</th>`

export function verdictCells(row: VerdictRow): Markup {
  return html`<td class="word ${row.verdict}">
      ${row.verdict}${row.detail['misclassified'] === 1 ? ' (misclassified)' : ''}
    </td>
    <td class="word">${row.evidence ?? '–'}</td>
    <td class="word">${row.verifier}</td>
    <td class="word">${row.method}</td>
    <td>${number(row.lowerBound)}</td>
    <td>${count(row.domains)}</td>
    <td>${seconds(row.seconds)}</td>`
}

export function verdictTable(rows: readonly VerdictRow[], classes: readonly string[]): Markup {
  const name = (label: number): string => classes.at(label) ?? String(label)
  const cut =
    rows.length > mostRows ? html`<p>The first ${mostRows} of ${rows.length} verdicts; verdicts.csv has all.</p>` : null
  return html`${cut}
    <details>
      <summary>All ${Math.min(rows.length, mostRows)} verdicts</summary>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Image</th>
              <th class="word">Class</th>
              ${verdictHeads}
            </tr>
          </thead>
          <tbody>
            ${rows.slice(0, mostRows).map(
              (row) =>
                html`<tr>
                  <td>${row.imageIndex}</td>
                  <td class="word">${name(row.label)}${row.target === null ? '' : ` → ${name(row.target)}`}</td>
                  ${verdictCells(row)}
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </details>`
}

/** Rows: verdict of the first run; columns: verdict of the other. */
export function flipTable({ flips }: Comparison, first: string, second: string): Markup {
  const words = verdictSchema.options.filter((word) =>
    verdictSchema.options.some((other) => flips[word][other] + flips[other][word] > 0),
  )
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th scope="col">${first} ↓ ${second} →</th>
          ${words.map((word) => html`<th scope="col" class="${word}">${word}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${words.map(
          (word) =>
            html`<tr>
              <th scope="row" class="${word}">${word}</th>
              ${words.map((other) => html`<td>${flips[word][other]}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}
