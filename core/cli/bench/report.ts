// A finished benchmark in words: the table of figures, what is wrong, and cactus data as CSV.
import type { InstanceResult, Summary } from '../../io/index.ts'
import { formatCount, formatSeconds, formatTable } from '../table.ts'

const columns = [
  { title: '', align: 'left' },
  { title: 'instances' },
  { title: 'solved' },
  { title: 'only it' },
  { title: 'median' },
  { title: 'slowest' },
] as const

/** The table and, below it, results that need a person. */
export function benchText(summary: Summary, peerName: string): string {
  const { peer, instances, solved, cactus } = summary
  const only = peer ? formatCount(peer.onlyOurs) : ''
  const rows = [['espalier', formatCount(instances), formatCount(solved), only, ...times(cactus)]]
  if (peer) {
    const figures = [peer.instances, peer.solved, peer.onlyPeer].map(formatCount)
    rows.push([peerName, ...figures, ...times(peer.cactus)])
  }
  return [formatTable(columns, rows), '', ...sentences(summary), ...alarms(summary, peerName)].join('\n')
}

function sentences({ sat, unsat, wrong, missed, totalSeconds, peer }: Summary): string[] {
  const lines = [
    `  ${sat} sat, ${unsat} unsat, ${wrong.length} wrong; ${missed} not solved that others solved; ${formatSeconds(totalSeconds)} in all`,
  ]
  if (peer?.geometricMeanRatio !== undefined && peer.geometricMeanRatio !== null)
    lines.push(`  time on what both solved: ${peer.geometricMeanRatio.toFixed(3)} of the peer's (geometric mean)`)
  return lines
}

function alarms({ wrong, peer }: Summary, peerName: string): string[] {
  const line = (text: string) => (result: InstanceResult) => `  ${text}: ${nameOf(result)} is ${result.word} here`
  return [...wrong.map(line('against the consensus')), ...(peer?.contradictions.map(line(`against ${peerName}`)) ?? [])]
}

function times(cactus: readonly number[]): string[] {
  return [cactus.at(Math.floor((cactus.length - 1) / 2)), cactus.at(-1)].map(formatSeconds)
}

export function nameOf({ onnx, vnnlib }: { readonly onnx: string; readonly vnnlib: string }): string {
  return [onnx, vnnlib].map((path) => path.replace(/^.*\//, '').replace(/(\.onnx|\.vnnlib)?(\.gz)?$/, '')).join(' ')
}

/** Line k: the seconds in which k instances can each be solved, by us and by the peer. */
export function cactusCsv({ cactus, peer }: Summary): string {
  const theirs = peer?.cactus ?? []
  const lines = Array.from({ length: Math.max(cactus.length, theirs.length) }, (_, k) =>
    [k + 1, seconds(cactus, k), seconds(theirs, k)].join(','),
  )
  return ['solved,seconds,peer_seconds', ...lines].map((line) => `${line}\n`).join('')
}

function seconds(cactus: readonly number[], k: number): string {
  return k < cactus.length ? cactus[k].toFixed(3) : ''
}
