// A job process that writes verdicts, points and artifacts as fast as it can, telling of each once it is recorded.
import { openStore } from '../../../core/store/open.ts'
import { verdictRow } from '../rows.ts'

const store = await openStore(process.argv[2], { role: 'job' })
for (let index = 0; ; index++) {
  const bytes = new Uint8Array(Float64Array.from({ length: 784 }, (_, k) => index + k).buffer)
  const counterexample = await store.artifacts.put(bytes, 'application/x-float64')
  await store.verdicts.record(
    verdictRow({ imageIndex: index, verdict: 'falsified', evidence: 'replayed', counterexample }),
  )
  const points = Array.from({ length: 50 }, (_, k) => ({
    runId: 'run-1',
    series: 'bound',
    step: index * 50 + k,
    value: k,
  }))
  await store.metrics.append(points)
  process.send?.(index)
}
