// The plots of a report: verified accuracy and cactus over time, accuracies against each other, training, neurons.
import { cactus, neuronStateWords, paretoPoint, verifiedWithin, type NeuronFigures } from '../../contract/figures.ts'
import type { MetricPoint, RunRow, VerdictRow } from '../../contract/rows.ts'
import { roundShare, seconds } from './format.ts'
import { html, type Markup } from './markup.ts'
import { legend, plot, type PlotSeries } from './plot.ts'

/** What is plotted of one run. `verdicts`: of the verifier that was asked. */
export interface Plotted {
  readonly name: string
  readonly run: RunRow
  readonly verdicts: readonly VerdictRow[]
  readonly metrics: readonly MetricPoint[]
  readonly neurons: NeuronFigures
}

const measured: readonly (readonly [measure: string, title: string])[] = [
  ['loss', 'Loss in training'],
  ['accuracy', 'Accuracy in training'],
]

export function plots(runs: readonly Plotted[]): Markup {
  const over = (points: (run: Plotted) => PlotSeries['points']): PlotSeries[] =>
    runs.map((run) => ({ label: run.name, points: points(run) })).filter((one) => one.points.length > 0)
  const time = { label: 'seconds', logarithmic: true, format: seconds }
  // A single question has no curve.
  const several = runs.some(({ verdicts }) => verdicts.length > 1)
  const timed = (points: (run: Plotted) => PlotSeries['points']): PlotSeries[] => (several ? over(points) : [])
  const accuracies = over(({ run }) => [paretoPoint(run)].filter((point) => point !== null))
  return html`<div class="plots">
    ${plot({
      title: 'Verified accuracy against time limit',
      x: { ...time, label: 'time limit for each' },
      y: { label: 'verified', format: roundShare, range: [0, 1] },
      series: timed(({ verdicts, run }) => verifiedWithin(verdicts, run.timeoutSeconds)),
      form: 'step',
    })}
    ${plot({
      title: 'Cactus: what was decided, quickest first',
      x: { label: 'decided' },
      y: { ...time, label: 'time of each' },
      series: timed(({ verdicts }) => cactus(verdicts)),
    })}
    ${
      runs.length < 2
        ? null
        : plot({
            title: 'Accuracy and verified accuracy',
            x: { label: 'accuracy', format: roundShare },
            y: { label: 'verified accuracy', format: roundShare },
            series: accuracies,
            form: 'points',
          })
    }
    ${measured.map(([measure, title]) => training(runs, measure, title))} ${runs.map((run) => stacked(run))}
  </div>`
}

function training(runs: readonly Plotted[], measure: string, title: string): Markup {
  const series = runs.flatMap(({ name, metrics }) => {
    const names = [...new Set(metrics.map((point) => point.series))]
    return names
      .filter((one) => !one.startsWith('evaluate.') && one.split('.').at(-1) === measure)
      .map((one) => {
        const parts = one.split('.').slice(0, -1)
        return {
          label: `${runs.length > 1 ? `${name}: ` : ''}${parts.join(' · ')}`,
          points: metrics.filter((point) => point.series === one).map(({ step: x, value: y }) => ({ x, y })),
          stage: `${name} ${parts.slice(0, -1).join(' ')}`,
          dashed: parts.at(-1) === 'validation',
        }
      })
  })
  // A colour for each run and stage; what was held out is dashed.
  const stages = [...new Set(series.map(({ stage }) => stage))]
  const coloured = series.map(({ stage, ...one }) => ({ ...one, colour: stages.indexOf(stage) }))
  const format = measure === 'accuracy' ? { format: roundShare } : {}
  return plot({ title, x: { label: 'epoch' }, y: { label: measure, ...format }, series: coloured })
}

/** Neurons of each layer by state, as bars that add up to all of them. */
function stacked({ name, neurons: { layers, images } }: Plotted): Markup {
  if (layers.length === 0) return html``
  const [width, bar, gap, left] = [560, 26, 12, 110]
  const bars = layers.map((layer, i) => {
    let from = left
    const parts = neuronStateWords.map(([key, title], s) => {
      const wide = (layer[key] / layer.neurons) * (width - left)
      const part = html`<rect
        class="s${s + 1}"
        x="${from.toFixed(1)}"
        y="${i * (bar + gap)}"
        width="${wide.toFixed(1)}"
        height="${bar}"
        ><title>${layer.id}: ${layer[key].toFixed(1)} ${title}</title></rect
      >`
      from += wide
      return part
    })
    return html`<text x="0" y="${i * (bar + gap) + 17}">${layer.id}, ${layer.neurons}</text>${parts}`
  })
  return html`<figure class="plot">
    <figcaption>Neurons by state, ${name}: mean of ${images} images</figcaption>
    ${legend(neuronStateWords.map(([key, label], colour) => ({ label, colour, key })).filter(({ key }) => layers.some((layer) => layer[key] > 0)))}
    <svg
      viewBox="0 0 ${width} ${layers.length * (bar + gap)}"
      role="img"
      aria-label="Neurons by state; the figures are in the table below"
    >
      ${bars}
    </svg>
    <details>
      <summary>As a table</summary>
      <table>
        <thead>
          <tr>
            <th>Layer</th>
            <th>Neurons</th>
            ${neuronStateWords.map(([, title]) => html`<th>${title}</th>`)}
            <th>mean lower bound</th>
          </tr>
        </thead>
        <tbody>
          ${layers.map(
            (layer) =>
              html`<tr>
                <td>${layer.id}</td>
                <td>${layer.neurons}</td>
                ${neuronStateWords.map(([key]) => html`<td>${layer[key].toFixed(1)}</td>`)}
                <td>${layer.lowerBound.toPrecision(3)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </details>
  </figure>`
}
