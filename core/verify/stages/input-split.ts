// The input-splitting stage: networks with few inputs are decided by halving their box.
import { sizeOf } from '../../nn/index.ts'
import { decideByInputSplit } from '../input-split/decide.ts'
import { wholeBound } from './solver-stage.ts'
import type { Stage } from './stage.ts'

/** Most inputs: halving one of many changes too little (spec C.7). */
const MOST_INPUTS = 20

export function inputSplitStage(share = 1): Stage {
  return {
    method: 'bab',
    label: 'inputSplit',
    share,
    async run(attempt, seconds, signal) {
      const { problem, prepared, box, openRows } = attempt
      if (sizeOf(problem.network.inputShape) > MOST_INPUTS) return null
      const before = attempt.domains
      const report = await decideByInputSplit({
        network: prepared.fused,
        box,
        property: problem.property,
        openRows,
        recorder: attempt.recorder?.halving(),
        seconds,
        signal,
        accept: (point) => attempt.replay.accept(point),
        progress: ({ lowerBound, boxes, open }) => {
          attempt.domains = before + boxes
          attempt.progress('bab', open, wholeBound(attempt, lowerBound))
        },
      })
      if (report?.status !== 'verified') attempt.recorder?.forgetHalving()
      if (!report) return null
      attempt.domains = before + report.boxes
      attempt.add('inputSplitBoxes', report.boxes)
      if (report.witness) return { verdict: 'falsified', witness: report.witness }
      attempt.reason = report.reason
      if (problem.property.kind === 'any-positive') attempt.raiseFloor(report.lowerBound)
      else attempt.raise(openRows, new Float64Array(openRows.length).fill(report.lowerBound))
      return report.status === 'verified' ? { verdict: 'verified', evidence: 'float32' } : null
    },
  }
}
