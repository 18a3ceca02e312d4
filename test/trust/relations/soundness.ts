// Nothing claimed is more than the exact truth (spec E.2): bounds, neuron ranges and verdicts against exact arithmetic on hostile networks.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { createBounder } from '../../../core/bounds/bounder.ts'
import type { PreActivationBounds } from '../../../core/bounds/box.ts'
import { intervalBounds } from '../../../core/bounds/interval.ts'
import { intervalRows } from '../../../core/bounds/interval-rows.ts'
import { plainCrown } from '../../../core/bounds/row-ascent.ts'
import { checkProof } from '../../../core/certify/check.ts'
import { prepareGraph } from '../../../core/certify/graph.ts'
import { Pace } from '../../../core/certify/pace.ts'
import { EspalierError } from '../../../core/contract/errors.ts'
import type { Property } from '../../../core/verify/problem.ts'
import { tightenBounds } from '../../../core/verify/milp/tighten.ts'
import { createVerifier } from '../../../core/verify/verifier.ts'
import { wholeBoxProof } from '../../certify/support.ts'
import { deciders, type Decider } from '../blind.ts'
import { compareExact, ExactNetwork, toNumber, type Exact } from '../exact/oracle.ts'
import { allStyles, hostileCase, type HostileCase } from '../hostile.ts'
import { runs } from '../runs.ts'
import type { Relations, Tools } from './relation.ts'

const ascent = { iterations: 8, rate: 0.2, decay: 0.98 }
/** Where float64 is dear, or not to be had, the pass that gives the bounds is in float32 too. */
const precisions = [{}, { lastPass: 'float32' }] as const
/** Distance of the asked row's minimum from 0, as a part of what the row spans. */
const gaps = [-0.1, -1e-3, -1e-6, -1e-9, -1e-12, -1e-15, 0, 1e-3] as const

const anyCase = fc
  .record({ style: fc.constantFrom(...allStyles), seed: fc.nat(1e6) })
  .map(({ style, seed }) => hostileCase(style, seed))

export const soundnessRelations: Relations = {
  'bounds: below the exact minimum, around the exact range of every neuron': (tools) =>
    fc.assert(
      fc.asyncProperty(anyCase, fc.constantFrom(...gaps), (hostile, gap) => requireSoundBounds(tools, hostile, gap)),
      runs(30),
    ),
  ...Object.fromEntries(
    (Object.entries(deciders) as [string, Decider][]).map(([name, decide]) => [
      `${name}: verifies nothing false, claims no bound above the exact minimum`,
      (tools: Tools) =>
        fc.assert(
          fc.asyncProperty(anyCase, fc.constantFrom(...gaps), fc.boolean(), (hostile, gap, targeted) =>
            requireSoundClaim(tools, hostile, targeted ? targetedAt : untargetedAt, gap, decide),
          ),
          runs({ bab: 12, 'input-split': 150, milp: 100, 'lp-split': 60 }[name] ?? 12),
        ),
    ]),
  ),
  'certificates: a proof that is accepted holds in exact arithmetic, and so does its bound': async () => {
    const tally = { accepted: 0, asked: 0 }
    const ask = async (hostile: HostileCase): Promise<void> => {
      tally.asked++
      if (await requireSoundProof(hostile)) tally.accepted++
    }
    await fc.assert(fc.asyncProperty(anyCase, ask), runs(150))
    assert.ok(tally.accepted > tally.asked / 3, `only ${tally.accepted} of ${tally.asked} proofs are accepted`)
  },
  'auto: verifies nothing false and falsifies nothing true, its certified verdicts hold exactly': (tools) =>
    fc.assert(
      fc.asyncProperty(anyCase, fc.constantFrom(...gaps), (hostile, gap) => requireSoundVerdict(tools, hostile, gap)),
      runs(8),
    ),
  'neurons tightened by linear programmes: around the exact range': (tools) =>
    fc.assert(
      fc.asyncProperty(anyCase, (hostile) => requireSoundTightening(tools, hostile)),
      runs(12),
    ),
}

/** The row f₀ − f₁ moved so that its exact minimum is `gap` times its span; null where float64 cannot hold that. */
function rowAt(exact: ExactNetwork, gap: number) {
  const row = (sign: number, offset: number) => ({
    rows: 1,
    coefficients: Float64Array.of(sign, -sign),
    offsets: Float64Array.of(offset),
  })
  const low = toNumber(exact.minimum(row(1, 0), 0))
  const high = -toNumber(exact.minimum(row(-1, 0), 0))
  const span = Math.max(high - low, 1e-12 * Math.max(Math.abs(high), Math.abs(low)))
  return Number.isFinite(gap * span - low) ? row(1, gap * span - low) : null
}

interface AskedProperty {
  readonly property: Property
  /** Exact minimum of its value. */
  readonly minimum: Exact
}

function untargetedAt(exact: ExactNetwork, gap: number): AskedProperty | null {
  const rows = rowAt(exact, gap)
  return rows && { property: { kind: 'all-positive', rows }, minimum: exact.minimum(rows, 0) }
}

/** The larger of two rows, both moved so that the exact minimum of the larger is `gap` times the span of the first. */
function targetedAt(exact: ExactNetwork, gap: number): AskedProperty | null {
  const pair = (offset: number) => ({
    rows: 2,
    coefficients: Float64Array.of(1, -1, 0.5, 1),
    offsets: Float64Array.of(offset, offset),
  })
  const [first] = rowAt(exact, 0)?.offsets ?? [NaN]
  const [moved] = rowAt(exact, gap)?.offsets ?? [NaN]
  const rows = pair(moved - first - toNumber(exact.minimumOfLargest(pair(0))))
  if (!Number.isFinite(rows.offsets[0])) return null
  return { property: { kind: 'any-positive', rows }, minimum: exact.minimumOfLargest(rows) }
}

async function requireSoundBounds({ engine }: Tools, { name, network, box }: HostileCase, gap: number): Promise<void> {
  const exact = new ExactNetwork(network, box)
  const rows = rowAt(exact, gap)
  if (!rows) return
  const bounder = createBounder(engine, network)
  const minimum = exact.minimum(rows, 0)
  const requireBelow = (method: string, lower: number): void =>
    assert.ok(
      compareExact(minimum, lower) >= 0,
      `${name}: ${method} says ${lower}, the minimum is ${toNumber(minimum)}`,
    )
  requireRanges(name, exact, intervalBounds(network, box).preActivations)
  requireBelow('interval', intervalRows(network, box, rows).lower[0])
  for (const precision of precisions) {
    const crownOnly = { ...plainCrown, ...precision }
    const ascended = { ...ascent, ...precision }
    const crown = await bounder.preActivations(box, { ascent: crownOnly })
    const alpha = await bounder.preActivations(box, { ascent: ascended, known: crown })
    for (const bounds of [crown, alpha]) requireRanges(name, exact, bounds)
    requireBelow('CROWN', (await bounder.outputs(box, rows, crown, crownOnly)).crown.lower[0])
    requireBelow('α-CROWN', (await bounder.outputs(box, rows, alpha, ascended)).crown.lower[0])
  }
}

async function requireSoundClaim(
  tools: Tools,
  { name, network, box }: HostileCase,
  propertyAt: typeof targetedAt,
  gap: number,
  decide: Decider,
): Promise<void> {
  const asked = propertyAt(new ExactNetwork(network, box), gap)
  const claim = asked && (await decide(tools, { network, box, property: asked.property }, 0.8))
  if (!claim) return
  const { minimum } = asked
  const truth = `${name}: the minimum is ${toNumber(minimum)}, claimed ${claim.lowerBound}`
  if (claim.verified) assert.ok(compareExact(minimum, 0) > 0, `VERIFIED ${truth}`)
  if (claim.lowerBound > 0) assert.ok(compareExact(minimum, 0) > 0, truth)
}

/** The whole box in one cell: the row lifted until intervals prove it, by next to nothing more. Whether that is accepted. */
async function requireSoundProof({ name, network, box }: HostileCase): Promise<boolean> {
  const exact = new ExactNetwork(network, box)
  const rows = rowAt(exact, 0)
  if (!rows) return false
  const { lower, upper } = intervalRows(network, box, rows)
  const lifted = { ...rows, offsets: Float64Array.of(rows.offsets[0] - lower[0] + 1e-12 * (upper[0] - lower[0])) }
  const claim = { box, property: { kind: 'all-positive' as const, rows: lifted } }
  const minimum = exact.minimum(lifted, 0)
  try {
    const { lowerBound } = await checkProof(prepareGraph(network), claim, wholeBoxProof(1), new Pace())
    assert.ok(compareExact(minimum, lowerBound) >= 0, `${name}: proved ${lowerBound}, it is ${toNumber(minimum)}`)
    assert.ok(compareExact(minimum, 0) > 0, `${name}: a proof of ${toNumber(minimum)} > 0 is accepted`)
    return true
  } catch (thrown) {
    if (thrown instanceof EspalierError && thrown.code === 'certificate/unproved') return false
    throw thrown
  }
}

/** The whole cascade, which looks for counterexamples too. */
async function requireSoundVerdict({ engine }: Tools, { name, network, box }: HostileCase, gap: number): Promise<void> {
  const exact = new ExactNetwork(network, box)
  const rows = rowAt(exact, gap)
  if (!rows) return
  const minimum = exact.minimum(rows, 0)
  const problem = { network, box, property: { kind: 'all-positive' as const, rows } }
  const verifier = createVerifier('auto', engine)
  const { verdict, evidence } = await verifier.verify(
    problem,
    { seconds: 2 },
    new AbortController().signal,
    () => undefined,
  )
  const truth = `${name}: ${verdict} (${evidence}), the minimum is ${toNumber(minimum)}`
  if (verdict === 'verified') assert.ok(compareExact(minimum, 0) > 0, truth)
  if (verdict === 'falsified') assert.ok(compareExact(minimum, 0) < 0, truth)
}

async function requireSoundTightening({ pool }: Tools, { name, network, box }: HostileCase): Promise<void> {
  const exact = new ExactNetwork(network, box)
  const bounds = intervalBounds(network, box).preActivations
  const options = { seconds: 2, secondsEach: 1, integer: false }
  const tight = await tightenBounds({ network, box, bounds }, pool, options, new AbortController().signal)
  requireRanges(name, exact, tight.bounds)
}

function requireRanges(name: string, exact: ExactNetwork, bounds: PreActivationBounds): void {
  for (const { source, neuron, least, most } of exact.ranges) {
    const { lower, upper } = bounds.get(source) ?? assert.fail(`no bounds for ${source}`)
    const place = `${name}: ${source}[${neuron}] ranges over ${toNumber(least)} … ${toNumber(most)}`
    assert.ok(compareExact(least, lower[neuron]) >= 0, `${place}, bounded below by ${lower[neuron]}`)
    assert.ok(compareExact(most, upper[neuron]) <= 0, `${place}, bounded above by ${upper[neuron]}`)
  }
}
