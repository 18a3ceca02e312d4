// `npm run fuzz [files] [target]`: 10,000 damaged files over all parsers, or as many as asked for, and a report.
import { SEED } from '../runs.ts'
import { fuzz } from './campaign.ts'
import { targets } from './targets.ts'

/** Share of each parser: ONNX and VNN-LIB come from strangers most often. */
const shares: Readonly<Record<string, number>> = {
  onnx: 0.3,
  vnnlib: 0.2,
  idx: 0.1,
  recipe: 0.1,
  model: 0.1,
  certificate: 0.1,
  competition: 0.1,
}

const files = Number(process.argv[2] ?? 10_000)
const only = process.argv.at(3)
let failed = 0
for (const target of Object.keys(targets)) {
  if (only !== undefined && only !== target) continue
  const count = Math.round(files * (only === undefined ? shares[target] : 1))
  const report = await fuzz(target, count, SEED)
  failed += report.failures.length
  const peak = `${Math.round(report.peakBytes / 2 ** 20)} MiB`
  process.stdout.write(
    `${target}: ${count} files, slowest ${report.slowestMilliseconds} ms (case ${report.slowestCase}), peak ${peak}\n`,
  )
  process.stdout.write(`  ${JSON.stringify(report.outcomes)}\n`)
  for (const failure of report.failures) process.stdout.write(`  FAILED ${failure}\n`)
}
process.stdout.write(`seed ${SEED}: ${failed} failures\n`)
process.exitCode = failed === 0 ? 0 : 1
