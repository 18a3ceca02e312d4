// The table of figures of a report: one column for each run, the first being what others are compared with.
import type { RunRow, RunSummary } from '../../contract/rows.ts'
import { count, number, seconds, share } from './format.ts'
import { html, type Markup } from './markup.ts'

/** `part`: of the line before it. */
type Line = readonly [title: string, value: (summary: RunSummary, run: RunRow) => string, part?: 'part']

const lines: readonly Line[] = [
  ['Accuracy', ({ accuracy }) => share(accuracy)],
  [
    'FGSM robustness',
    ({ robustness, robustnessEpsilon: epsilon }) =>
      robustness === null ? '–' : `${share(robustness)} at ε ${number(epsilon)}`,
  ],
  ['Accuracy under PGD', ({ robustAccuracy }) => share(robustAccuracy)],
  ['Hidden neurons', ({ hiddenNeurons }) => count(hiddenNeurons)],
  ['Nonzero weights', ({ nonzeroWeights, weights }) => `${count(nonzeroWeights)} of ${count(weights)}`],
  ['Unstable neurons', ({ unstable }) => share(unstable)],
  ['Images or properties asked about', ({ images }) => count(images)],
  ['ε of verification', (_, { epsilon }) => number(epsilon)],
  ['Time limit for each', (_, { timeoutSeconds }) => seconds(timeoutSeconds)],
  ['Verified', ({ verified, images }) => counted(verified, images)],
  ['of them certified', ({ certified }) => count(certified), 'part'],
  ['Falsified', ({ falsified, images }) => counted(falsified, images)],
  ['of them misclassified as they are', ({ misclassified }) => count(misclassified), 'part'],
  ['Undecided', ({ unknown, timeout, error, images }) => counted(unknown + timeout + error, images)],
  ['Mean time for each', ({ meanSeconds }) => seconds(meanSeconds)],
]

const counted = (part: number, all: number): string => (all === 0 ? '–' : `${count(part)} (${share(part / all)})`)

/** Lines in which no run has a figure are left out: a check of properties knows no accuracy. */
export function summaryTable(runs: readonly RunRow[], names: readonly string[]): Markup {
  const figures = lines
    .map(([title, value, part = '']) => ({
      title,
      part,
      values: runs.map((run) => (run.summary === null ? '–' : value(run.summary, run))),
    }))
    .filter(({ values }) => values.some((value) => value !== '–'))
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th scope="col">${''}</th>
          ${names.map((name) => html`<th scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${figures.map(
          ({ title, part, values }) =>
            html`<tr>
              <th scope="row" class="${part}">${title}</th>
              ${values.map((value) => html`<td>${value}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}
