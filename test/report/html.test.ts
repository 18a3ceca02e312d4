// Reports as HTML: what is text stays text, nothing is loaded from anywhere, and plots carry their figures as tables.
import { describe, expect, it } from 'vitest'
import type { DatasetRow, JobRow, RunRow, VerdictRow } from '../../core/contract/rows.ts'
import { html } from '../../core/report/html/markup.ts'
import { plot } from '../../core/report/html/plot.ts'
import { reportHtml, type ReportedRun } from '../../core/report/html/report.ts'

/** Without the space between elements, which the layout of our source decides. */
const tight = (markup: string): string => markup.replace(/\s*>\s*/g, '>').replace(/\s*</g, '<')

it('a template escapes text and keeps markup', () => {
  const item = html`<li title="${'"quoted"'}">${'<script>alert(1)</script>'}</li>`
  expect(
    tight(
      html`<ul>
        ${[item, html`<li>${1}${null}</li>`]}
      </ul>`.html,
    ),
  ).toBe('<ul><li title="&quot;quoted&quot;">&lt;script&gt;alert(1)&lt;/script&gt;</li><li>1</li></ul>')
})

const verdict = (imageIndex: number, word: VerdictRow['verdict']): VerdictRow =>
  ({ imageIndex, label: 0, target: null, verdict: word, evidence: null, verifier: 'auto', method: 'crown', lowerBound: 0.5, domains: 1, seconds: imageIndex + 1, detail: {} }) as unknown as VerdictRow // prettier-ignore

const run = (name: string, verdicts: readonly VerdictRow[], timeoutSeconds = 60): ReportedRun => ({
  name,
  run: { id: 'run-1', epsilon: 0.1, timeoutSeconds, summary: null, seed: 1, startedAt: null, finishedAt: null } as unknown as RunRow, // prettier-ignore
  job: { id: 'job-1', environment: { cpu: 'A & B' } } as unknown as JobRow,
  model: null,
  dataset: { name: 'd', kind: 'sample', hash: 'h', classes: ['<zero>'] } as unknown as DatasetRow,
  recipe: 'name: <r>',
  verdicts,
  metrics: [{ runId: 'run-1', series: 'train.loss', step: 1, value: 0.5 }],
  neurons: { images: 0, layers: [], before: [], ranks: null },
  instances: [],
  properties: [],
})

describe('a report', () => {
  const before = run('<img src=x onerror=alert(1)>', [verdict(0, 'verified'), verdict(1, 'timeout')])
  const after = run('after', [verdict(0, 'verified'), verdict(1, 'verified')], 30)
  const text = tight(reportHtml({ runs: [before, after], version: '1.0', madeAt: new Date(0) }))
  it('lets no name become markup, runs nothing and loads nothing', () => {
    expect(text).not.toContain('<img src=x')
    expect(text).toContain('&lt;img src=x')
    expect(text).toContain('&lt;zero&gt;')
    expect(text).not.toMatch(/<script|(src|href)="(?!data:)|@import/)
    expect(text).toContain('default-src &#39;none&#39;')
  })
  it('warns where the comparison is unfair, and says which verdicts changed', () => {
    expect(text).toContain('time limit differs: 60 and 30')
    expect(text).toMatch(/timeout<\/th><td>1<\/td>/)
  })
  it('is called by all it is about, or by how many there are', () => {
    const titleOf = (runs: ReportedRun[]) => /<h1>(.*?)<\/h1>/.exec(reportHtml({ runs, version: '1.0', madeAt: new Date(0) }))?.[1] // prettier-ignore
    expect(titleOf([after])).toBe('after')
    expect(titleOf([after, run('more', [])])).toBe('after compared with more')
    expect(titleOf([after, run('more', []), run('most', [])])).toBe('after compared with 2 others')
  })
  it('draws what was held out in the colour of its stage, dashed', () => {
    const curves = ['train.loss', 'validation.loss'].flatMap((series) => [1, 2].map((step) => ({ runId: 'run-1', series, step, value: step }))) // prettier-ignore
    const drawn = tight(reportHtml({ runs: [{ ...after, metrics: curves }], version: '1.0', madeAt: new Date(0) }))
    expect(drawn).toContain('<i class="s1"></i>train')
    expect(drawn).toContain('<i class="s1 half"></i>validation')
    expect(drawn.match(/class="line s1 dashed"/g)).toHaveLength(1)
  })
  it('says where it comes from', () => {
    for (const word of ['A &amp; B', 'name: &lt;r&gt;', 'Espalier 1.0', '1970-01-01']) expect(text).toContain(word)
  })
})

describe('a plot', () => {
  const options = { title: 'T', x: { label: 'x' }, y: { label: 'y' } }
  it('places points between the ends of its axes, and steps hold their value', () => {
    const points = [{ x: 0, y: 0 }, { x: 1, y: 1 }] // prettier-ignore
    const ranged = { ...options, x: { label: 'x', range: [0, 1] as const }, y: { label: 'y', range: [0, 1] as const } }
    const drawn = tight(plot({ ...ranged, series: [{ label: 'a', points }], form: 'step' }).html)
    expect(drawn).toContain('d="M76.0 256.0H544.0V14.0"')
    expect(drawn).toContain('<td>a</td><td>1</td><td>1</td>')
  })
  it('of nothing is nothing, and one of zeros on a logarithmic axis has finite places', () => {
    expect(plot({ ...options, series: [] }).html).toBe('')
    const zeros = plot({ ...options, y: { label: 'y', logarithmic: true }, series: [{ label: 'a', points: [{ x: 0, y: 0 }] }] }) // prettier-ignore
    expect(zeros.html).not.toContain('NaN')
  })
})
