// Two verifiers on the pruning paper's 20 images of one network: a table of verdict pairs; a contradiction is exit code 1.
//
//   node test/bench/agreement.ts --verify NP.net --group BASE.net,SPARSE.net,WP.net,NP.net [--first bab] [--second milp]
//                                [--seconds 60] [--epsilon 0.1] [--data ../shared/data/mnist]
//
// Networks are files as the history keeps them (home/artifacts/ab/cdef…; the hash is in the models table). The images are those
// that the paper would choose for the group: 10 on which FGSM succeeds for all, 10 on which it fails for all.
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { verdictSchema, verifierNameSchema, type VerifierName } from '../../core/contract/verdict.ts'
import { formatTable } from '../../core/cli/table.ts'
import { openDataset } from '../../core/data/open.ts'
import { openEngine } from '../../core/engine/engine.ts'
import { attackAll, chooseUnanimous } from '../../core/jobs/execute/images.ts'
import { parseNetwork, type Network } from '../../core/nn/index.ts'
import type { Outcome } from '../../core/verify/outcome.ts'
import { robustness } from '../../core/verify/problem.ts'
import { createVerifier } from '../../core/verify/verifier.ts'

const { values } = parseArgs({
  options: {
    verify: { type: 'string', default: '' },
    group: { type: 'string', default: '' },
    first: { type: 'string', default: 'bab' },
    second: { type: 'string', default: 'milp' },
    seconds: { type: 'string', default: '60' },
    epsilon: { type: 'string', default: '0.1' },
    data: { type: 'string', default: '../shared/data/mnist' },
  },
})
const network = read(values.verify)
const group = new Map(values.group.split(',').map((path) => [path, path === values.verify ? network : read(path)]))
const names = [verifierNameSchema.parse(values.first), verifierNameSchema.parse(values.second)] as const
const [seconds, epsilon] = [Number(values.seconds), Number(values.epsilon)]
const never = new AbortController().signal

const { test } = await openDataset({ source: 'idx', directory: values.data })
const engine = await openEngine({ provider: 'cpu', threads: 1 })
const attacks = await attackAll(engine, group, test, epsilon, never)
const choice = { select: 'unanimous', found: 10, missed: 10, groups: [[...group.keys()]] } as const
const images = chooseUnanimous({ ...choice, groups: choice.groups.map((one) => [...one]) }, values.verify, attacks)
const verifiers = names.map((name) => createVerifier(name, engine, { certify: 'never' }))

const pairs: (readonly [Outcome, Outcome])[] = []
for (const { index, group: reason } of images) {
  const problem = robustness({ network, image: test.image(index), label: test.labels[index], epsilon, clip: true })
  const outcomes: Outcome[] = []
  for (const verifier of verifiers) outcomes.push(await verifier.verify(problem, { seconds }, never, () => undefined))
  pairs.push([outcomes[0], outcomes[1]])
  console.log(`image ${index} (${reason}): ${outcomes.map((one) => describe(one)).join(' | ')}`)
}
await engine.dispose()

const definite = ({ verdict }: Outcome): boolean => verdict === 'verified' || verdict === 'falsified'
const contradictions = pairs.filter(([a, b]) => definite(a) && definite(b) && a.verdict !== b.verdict).length
const agreed = pairs.filter(([a, b]) => definite(a) && a.verdict === b.verdict).length
console.log(`\n${pairTable(names, pairs)}\n`)
console.log(
  `  ${pairs.length} images: ${agreed} agree, ${contradictions} contradict, ${pairs.length - agreed - contradictions} with one or both not finished`,
)
names.forEach((name, i) =>
  console.log(`  ${name}: ${pairs.reduce((sum, pair) => sum + pair[i].seconds, 0).toFixed(1)} s`),
)
process.exit(contradictions > 0 ? 1 : 0)

function read(path: string): Network {
  return parseNetwork(new Uint8Array(readFileSync(path)))
}

function describe({ verdict, method, seconds: spent }: Outcome): string {
  return `${verdict} by ${method}, ${spent.toFixed(2)} s`
}

function pairTable([first, second]: readonly VerifierName[], found: typeof pairs): string {
  const words = verdictSchema.options
  const count = (a: string, b: string): number =>
    found.filter((pair) => pair[0].verdict === a && pair[1].verdict === b).length
  return formatTable(
    [{ title: `${first} ↓  ${second} →`, align: 'left' }, ...words.map((title) => ({ title }))],
    words.map((a) => [a, ...words.map((b) => String(count(a, b)))]),
  )
}
