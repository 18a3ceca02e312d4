// The traps of spec D.4, E.1 and E.5: each is a place where a plausible bug turns into a wrong `verified`.
import assert from 'node:assert/strict'
import { createBounder } from '../../../core/bounds/bounder.ts'
import type { OutputRows } from '../../../core/bounds/box.ts'
import { plainCrown } from '../../../core/bounds/row-ascent.ts'
import { createNetwork, type Layer, type Network } from '../../../core/nn/index.ts'
import type { VerifierName } from '../../../core/contract/verdict.ts'
import type { Problem } from '../../../core/verify/problem.ts'
import { robustness } from '../../../core/verify/problem.ts'
import { Replay } from '../../../core/verify/replay.ts'
import { createVerifier } from '../../../core/verify/verifier.ts'
import { ask } from '../../verify/bab/task.ts'
import { deciders } from '../blind.ts'
import type { Relations, Tools } from './relation.ts'

const names = [
  'interval',
  'crown',
  'alpha-crown',
  'crown-envelope',
  'bab',
  'milp',
  'auto',
] as const satisfies readonly VerifierName[]

export const trapRelations: Relations = {
  'β: both halves of |x|/2 are proved non-negative': (tools) =>
    requireBlindly(tools, absoluteValue, [-1, 1], 0.01, -0.01),
  'β without linear programmes: |x|/2 is proved by its multipliers alone': async ({ engine }) => {
    for (const offset of [0.02, -0.02]) {
      const property = { kind: 'all-positive' as const, rows: row([1], offset) }
      const report = await ask({ engine, network: absoluteValue, box: boxOf(-1, 1), property }, { accept: () => null })
      assert.equal(report.status, offset > 0 ? 'verified' : 'unknown')
    }
  },
  'two layers of splits: the tent map stays between 0 and 1': (tools) =>
    requireBlindly(tools, tent, [0, 1], 0.03, -0.03),
  'the chord: relu(x) is at most the line between its ends, on lopsided intervals': async ({ engine }) => {
    for (const [low, high] of [
      [-0.2, 1],
      [-1, 0.2],
    ] as const) {
      const network = chain(dense([[1]], [0]), { kind: 'relu' }, dense([[-1]], [0]))
      const bounder = createBounder(engine, network)
      const box = boxOf(low, high)
      const [lower] = (await bounder.outputs(box, row([1], 0), await bounder.preActivations(box))).crown.lower
      assert.ok(lower <= -high && lower >= -high - 1e-3, `−relu on [${low}, ${high}] is bounded by ${lower}`)
    }
  },
  'the float32 trap: relu(x + 2^24) − 2^24 − ½ is never verified': (tools) =>
    requireNever(
      tools,
      chain(dense([[1]], [2 ** 24]), { kind: 'relu' }, dense([[1]], [-(2 ** 24)])),
      [0, 1],
      -0.5 + 2 ** -30,
    ),
  'the float32 trap turned round: ½ + 2^24 − relu(x + 2^24) is never verified': (tools) =>
    requireNever(tools, chain(dense([[1]], [2 ** 24]), { kind: 'relu' }, dense([[-1]], [2 ** 24])), [0, 1], 0.5),
  'coefficients that float32 flushes to zero still count': async (tools) => {
    await requireNever(tools, chain(...tower([1e20, 1e18, 1e-30, -1e-30])), [0.5, 1], 0.9e-22)
    await requireNever(tools, chain(...tower([1e-46, 1e38, -1e8])), [0.5, 1], 0.9)
    const steep = chain(
      dense([[1e-31]], [-0.3e-31]),
      { kind: 'relu' },
      dense([[1e31]], [0]),
      { kind: 'relu' },
      dense([[-2]], [1]),
    )
    await requireNever(tools, steep, [0, 1], 0)
  },
  'rows that cancel in float64 are not merged': async ({ engine }) => {
    const network = chain(dense([[1]], [0]), { kind: 'relu' }, dense([[2 ** 54], [1], [2 ** 54]], [0, 0, 0]))
    const bounder = createBounder(engine, network)
    const box = boxOf(0, 1)
    const bounds = await bounder.preActivations(box)
    for (const ascent of [plainCrown, { ...plainCrown, lastPass: 'float32' as const }]) {
      const [lower] = (await bounder.outputs(box, row([1, -1, -1], 0.5), bounds, ascent)).lower
      assert.ok(!(lower > -0.5), `the minimum is −½, bounded by ${lower}`)
    }
  },
  'a layer of inactive neurons still passes its grafted ones on': (tools) => {
    const values = (data: number[]) => ({ shape: [3], data: Float32Array.from(data) })
    const graft: Layer = {
      kind: 'graftedRelu',
      mask: values([1, 0, 0]),
      slope: values([-1, 0, 0]),
      intercept: values([0.5, 0, 0]),
    }
    const network = chain(dense([[1], [1], [-1]], [0, -9, -9]), graft, dense([[1, 1, 1]], [0]))
    return requireBlindly(tools, network, [-1, 1], 0.51, 0.49)
  },
  'weights that are not numbers prove nothing': async (tools) => {
    for (const bad of [NaN, Infinity])
      for (const place of [0, 2])
        await requireNever(
          tools,
          chain(
            dense([[place === 0 ? bad : 1], [1]], [0, 0]),
            { kind: 'relu' },
            dense([[place === 2 ? bad : 1, 1]], [5]),
          ),
          [-1, 1],
          0,
        )
  },
  'a tie is neither verified nor falsified': async (tools) => {
    const network = chain(dense([[1], [-1]], [0, 0]), { kind: 'relu' }, dense([[1, 1], [1, 1]], [0, 0])) // prettier-ignore
    await requireTie(tools, network)
  },
  'a tie of a network without activations is neither verified nor falsified': (tools) =>
    requireTie(tools, chain(dense([[1], [1]], [0, 0]))),
  'a network without activations, of whose rows no single one is always positive': async (tools) => {
    const network = chain(dense([[1], [-1]], [0, 0]))
    for (const offset of [0.1, -0.1]) {
      const rows = { rows: 2, coefficients: Float64Array.of(1, 0, 0, 1), offsets: Float64Array.of(offset, offset) }
      const problem: Problem = { network, box: boxOf(-1, 1), property: { kind: 'any-positive', rows } }
      for (const name of ['bab', 'milp', 'auto'] as const)
        assert.equal((await run(tools, name, problem)).verdict, offset > 0 ? 'verified' : 'falsified', name)
    }
  },
  'ε = 0: verified where the image is classified correctly, falsified where not, neither at a tie': async (tools) => {
    const network = chain(
      dense([[1], [-1]], [0, 0]),
      { kind: 'relu' },
      dense(
        [
          [1, 0],
          [0, 1],
        ],
        [0, 0],
      ),
    )
    for (const name of names) {
      const at = (label: number) => robustness({ network, image: Float64Array.of(0.25), label, epsilon: 0, clip: true })
      assert.equal((await run(tools, name, at(0))).verdict, 'verified', name)
      assert.equal((await run(tools, name, at(1))).verdict, 'falsified', name)
      const tie = robustness({ network, image: Float64Array.of(0), label: 0, epsilon: 0, clip: true })
      assert.ok(['unknown', 'timeout'].includes((await run(tools, name, tie)).verdict), `${name} at a tie`)
    }
  },
  'the box is clipped to [0, 1], on both sides': async (tools) => {
    const up = chain(dense([[1], [0]], [0, 1.02]))
    const around = (image: number, label: number, clip: boolean) =>
      robustness({ network: up, image: Float64Array.of(image), label, epsilon: 0.1, clip })
    assert.equal((await run(tools, 'auto', around(0.98, 1, true))).verdict, 'verified')
    assert.equal((await run(tools, 'auto', around(0.98, 1, false))).verdict, 'falsified')
    const down = chain(dense([[1], [0]], [0.02, 0]))
    const below = (clip: boolean) =>
      robustness({ network: down, image: Float64Array.of(0.02), label: 0, epsilon: 0.1, clip })
    assert.equal((await run(tools, 'auto', below(true))).verdict, 'verified')
    assert.equal((await run(tools, 'auto', below(false))).verdict, 'falsified')
  },
  'a witness lies in the box': () => {
    const network = chain(dense([[1]], [0]))
    const problem: Problem = { network, box: boxOf(0.5, 1), property: { kind: 'all-positive', rows: row([1], 0) } }
    assert.equal(new Replay(problem).accept([-3]), null)
    const tied: Problem = { ...problem, property: { kind: 'all-positive', rows: row([1], -0.5) } }
    assert.equal(new Replay(tied).accept([0.5]), null)
    return Promise.resolve()
  },
}

/** Every decider, blind to counterexamples, proves the network plus `holds` and not the network plus `fails`. */
async function requireBlindly(
  tools: Tools,
  network: Network,
  [low, high]: readonly [number, number],
  holds: number,
  fails: number,
): Promise<void> {
  for (const [name, decide] of Object.entries(deciders))
    for (const offset of [holds, fails]) {
      const property = { kind: 'all-positive' as const, rows: row([1], offset) }
      const claim = await decide(tools, { network, box: boxOf(low, high), property }, offset === holds ? 20 : 1)
      if (claim) assert.equal(claim.verified, offset === holds, `${name} with offset ${offset}`)
    }
}

/** Neither the verifiers nor the blind deciders may call the network plus `offset` positive. */
async function requireNever(
  tools: Tools,
  network: Network,
  [low, high]: readonly [number, number],
  offset: number,
): Promise<void> {
  const problem: Problem = {
    network,
    box: boxOf(low, high),
    property: { kind: 'all-positive', rows: row([1], offset) },
  }
  for (const name of ['interval', 'crown', 'alpha-crown', 'crown-envelope'] as const)
    assert.notEqual((await run(tools, name, problem)).verdict, 'verified', name)
  for (const [name, decide] of Object.entries(deciders)) {
    const claim = await decide(tools, problem, 1).catch(() => null)
    assert.ok(claim?.verified !== true, `${name} verifies what is false`)
  }
}

/** No verifier may decide whether the first of two equal outputs is the larger. */
async function requireTie(tools: Tools, network: Network): Promise<void> {
  for (const name of names) {
    const property = { kind: 'all-positive' as const, rows: row([1, -1], 0) }
    const { verdict } = await run(tools, name, { network, box: boxOf(-1, 1), property })
    assert.ok(verdict === 'unknown' || verdict === 'timeout', `${name} says ${verdict} of a tie`)
  }
}

function run({ engine }: Tools, name: VerifierName, problem: Problem) {
  return createVerifier(name, engine).verify(problem, { seconds: 2 }, new AbortController().signal, () => undefined)
}

/** |x|/2 as relu(x) − x/2, x carried through by two neurons. */
const absoluteValue = chain(dense([[1], [1], [-1]], [0, 0, 0]), { kind: 'relu' }, dense([[1, -0.5, 0.5]], [0]))

/** The tent map twice, T(x) = 2·relu(x) − 4·relu(x − ½): least 0, at 0, ½ and 1. */
const tent = chain(
  dense([[1], [1]], [0, -0.5]),
  { kind: 'relu' },
  dense([[2, -4], [2, -4]], [0, -0.5]), // prettier-ignore
  { kind: 'relu' },
  dense([[2, -4]], [0]),
)

/** relu(w_k … relu(w_1 x)), the last factor without a ReLU. */
function tower(weights: readonly number[]): Layer[] {
  return weights.flatMap((w, i): Layer[] => [
    dense([[w]], [0]),
    ...(i + 1 < weights.length ? [{ kind: 'relu' } as const] : []),
  ])
}

function dense(weight: readonly (readonly number[])[], bias: readonly number[]): Layer {
  return {
    kind: 'dense',
    weight: { shape: [weight.length, weight[0].length], data: Float64Array.from(weight.flat()) },
    bias: { shape: [bias.length], data: Float64Array.from(bias) },
  }
}

function chain(...layers: readonly Layer[]): Network {
  return createNetwork({ name: 'trap', inputShape: [1], nodes: layers.map((layer, i) => ({ id: `n${i}`, layer })) })
}

function boxOf(low: number, high: number) {
  return { lower: Float64Array.of(low), upper: Float64Array.of(high) }
}

function row(coefficients: readonly number[], offset: number): OutputRows {
  return { rows: 1, coefficients: Float64Array.from(coefficients), offsets: Float64Array.of(offset) }
}
