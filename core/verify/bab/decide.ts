// Branch and bound on one property within a budget: searches, and bounds tightened between them.
import type { PreActivationBounds } from '../../bounds/box.ts'
import type { OutputBounds } from '../../bounds/bounder.ts'
import { BabRun } from './run.ts'
import { defaultSettings, type BabSettings } from './settings.ts'
import { defaultMemory, type BabReport, type BabTask } from './task.ts'
import { tightenNeurons } from './tighten.ts'

/** Most of the time left that one tightening may take: the search must profit from it. */
const TIGHTEN_SHARE = 0.4

/** Decides a property by branch and bound. Never claims `verified` while a domain is open, undecided or bounded by NaN. */
export async function decideByBab(task: BabTask): Promise<BabReport> {
  const started = performance.now()
  const deadline = started + task.seconds * 1000
  const settings = task.settings ?? defaultSettings
  const { kept = null } = task
  const { bounds, before, turn: done } = kept ?? { bounds: task.bounds, before: 0, turn: 0 }
  const first = task.bounder.firstLayer(task.box, bounds)
  let known = bounds
  let run = new BabRun(task, settings, { bounds, root: await rootBounds(task, bounds, settings), before, kept, first })
  for (const [turn, plan] of settings.tighten.entries()) {
    if (turn < done) continue
    const report = await run.run(deadline, turn, plan.after)
    if (report) return report
    const now = performance.now()
    const tightening = await tightenNeurons({
      ...task,
      bounds: known,
      first,
      settings,
      domainsEach: plan.domainsEach,
      neurons: settings.tightenNeurons,
      memoryBytes: Math.max(0, (task.memoryBytes ?? defaultMemory) - run.bytes),
      deadline: now + Math.min(TIGHTEN_SHARE * (deadline - now), settings.tightenPatience * (now - started)),
    })
    known = tightening.bounds
    const root = await rootBounds(task, known, settings)
    if (run.isOvertakenBy(root)) {
      const start = { bounds: known, root, before: run.domains + tightening.domains, kept: null, first }
      run = new BabRun(task, settings, start)
      continue
    }
    await run.tightened(known, tightening.domains, deadline)
  }
  const report = await run.run(deadline, settings.tighten.length, Infinity)
  return report ?? run.report('unknown', 'the search ended early')
}

function rootBounds(
  { bounder, box, property }: BabTask,
  bounds: PreActivationBounds,
  settings: BabSettings,
): Promise<OutputBounds> {
  return bounder.outputs(box, property.rows, bounds, settings.rootRows, bounder.firstLayer(box, bounds))
}
