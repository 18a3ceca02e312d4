// Stages that only compute bounds: interval, CROWN, α-CROWN.
import { intervalBounds } from '../../bounds/interval.ts'
import { intervalRows } from '../../bounds/interval-rows.ts'
import { plainCrown, type AscentSettings } from '../../bounds/row-ascent.ts'
import { outputStart } from '../../bounds/start.ts'
import type { Attempt } from '../attempt.ts'
import type { VerifierName } from '../outcome.ts'
import type { ProofRecorder } from '../proof/recorder.ts'
import { verifiedByBounds, type Stage } from './stage.ts'

const NOT_TIGHT = 'the bounds are not tight enough'

/** Output rows: 100 steps, fewer where all are proved; every intermediate bound: 20 (spec C.4, F). */
const outputAscent: AscentSettings = { iterations: 100, rate: 0.5, decay: 0.98, goal: 0 }
const neuronAscent: AscentSettings = { iterations: 20, rate: 0.5, decay: 0.98 }

export function intervalStage(): Stage {
  return {
    method: 'interval',
    label: 'interval',
    share: 1,
    run(attempt) {
      const { fused } = attempt.prepared
      attempt.bounds = intervalBounds(fused, attempt.box, attempt.bounds ?? undefined).preActivations
      const { rows } = attempt.problem.property
      attempt.raise(Array.from(attempt.rowLower.keys()), intervalRows(fused, attempt.box, rows).lower)
      attempt.progress('interval')
      attempt.reason = NOT_TIGHT
      return Promise.resolve(verifiedByBounds(attempt))
    },
  }
}

export function crownStage(neurons = plainCrown): Stage {
  return boundStage({ method: 'crown', neurons, outputs: plainCrown })
}

/** Before an ascent whose own bounds are in float64: the neurons in float32 take half the time. */
export function quickCrownStage(): Stage {
  return crownStage({ ...plainCrown, lastPass: 'float32' })
}

/** CROWN with ERAN's choice of slopes, which is CROWN's own (spec C.2), and nothing else. */
export function deepPolyStage(): Stage {
  return boundStage({ method: 'deeppoly', neurons: plainCrown, outputs: plainCrown })
}

/** CROWN's neurons raised by envelopes: twice CROWN's time, and mostly far tighter than α-CROWN's. */
export function envelopeStage(): Stage {
  return boundStage({
    method: 'crown-envelope',
    neurons: plainCrown,
    outputs: { ...outputAscent, iterations: 20 },
    envelopes: true,
  })
}

/** Before branch and bound a small share is best: a search gains more from its own splits than from the last step at the root. */
export function alphaCrownStage(share = 1, envelopes = false): Stage {
  // Envelopes leave the later steps little: they are better spent on splits.
  const neurons = envelopes ? { ...neuronAscent, iterations: 5 } : neuronAscent
  const method = envelopes ? 'crown-envelope' : 'alpha-crown'
  return boundStage({ method, neurons, outputs: outputAscent, share, envelopes })
}

/** Of the time of a stage, what goes to the ascent of intermediate bounds. */
const NEURONS_SHARE = 0.8

interface BoundSettings {
  readonly method: VerifierName
  readonly neurons: AscentSettings
  readonly outputs: AscentSettings
  readonly share?: number
  readonly envelopes?: boolean
}

function boundStage({ method, neurons, outputs, share = 1, envelopes = false }: BoundSettings): Stage {
  return {
    method,
    label: method,
    share,
    async run(attempt, seconds, signal) {
      const { bounder } = attempt.prepared
      const known = attempt.bounds ?? undefined
      const bounds = await bounder.preActivations(attempt.box, {
        ascent: { ...neurons, seconds: NEURONS_SHARE * seconds },
        known,
        envelopes,
        signal,
        // Plain CROWN's slopes are those of the rule.
        onBounded: neurons.iterations > 0 ? attempt.recorder?.bounded : undefined,
      })
      attempt.bounds = bounds
      attempt.ascended ||= neurons.iterations > 0
      attempt.reason = NOT_TIGHT
      if (!signal.aborted) await raiseRows(attempt, { ...outputs, seconds: (1 - NEURONS_SHARE) * seconds }, envelopes)
      attempt.progress(method)
      return verifiedByBounds(attempt) ?? replayPoints(attempt)
    },
  }
}

/** Bounds the open rows and keeps their minimisers as candidates. */
async function raiseRows(attempt: Attempt, ascent: AscentSettings, envelopes: boolean): Promise<void> {
  const { bounds, box, openRows, openOutputRows: rows } = attempt
  if (!bounds) return
  const { bounder } = attempt.prepared
  const first = envelopes ? bounder.firstLayer(box, bounds) : undefined
  const { lower, crown } = await bounder.outputs(box, rows, bounds, ascent, first)
  attempt.raise(openRows, lower)
  if (attempt.recorder) recordRows(attempt.recorder, attempt, openRows, lower, crown.alpha)
  const inputs = attempt.box.lower.length
  for (let row = 0; row < rows.rows; row++)
    attempt.points.push(Float64Array.from(crown.points.subarray(row * inputs, (row + 1) * inputs)))
}

/** Writes down the slopes of the rows that are proved. */
function recordRows(
  recorder: ProofRecorder,
  { prepared: { bounder }, problem }: Attempt,
  rows: readonly number[],
  lower: Float64Array,
  alpha: Float32Array,
): void {
  const cone = bounder.rows.cone(outputStart(bounder.network, problem.property.rows).start)
  const width = cone.neurons
  for (const [i, row] of rows.entries())
    if (lower[i] > 0 && alpha.length >= (i + 1) * width)
      recorder.row(cone, row, alpha.subarray(i * width, (i + 1) * width))
}

/** Minimisers of the relaxed network are sometimes counterexamples of the real one. */
function replayPoints(
  attempt: Attempt,
): { verdict: 'falsified'; witness: NonNullable<ReturnType<Attempt['replay']['accept']>> } | null {
  for (const point of attempt.points) {
    const witness = attempt.replay.accept(point)
    if (witness) return { verdict: 'falsified', witness }
  }
  return null
}
