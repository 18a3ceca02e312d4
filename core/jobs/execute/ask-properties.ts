// Carries out a recipe of properties: each is asked of each network, one verdict a property; recorded ones are skipped.
import { EspalierError, toErrorData } from '../../contract/errors.ts'
import type { JobEventBody } from '../../contract/events.ts'
import { verifySchema, type PropertyReference } from '../../contract/recipe.ts'
import type { JobRow, VerdictRow } from '../../contract/rows.ts'
import { openEngine, type Engine } from '../../engine/engine.ts'
import { bindProperty, clampWitness, evaluateOnnx, importOnnx, parseVnnlib, type ModelPort } from '../../io/index.ts'
import { evaluate64, shapeOf, type Network } from '../../nn/index.ts'
import type { Store } from '../../store/store.ts'
import type { Outcome, Problem, VerifierName } from '../../verify/problem.ts'
import { propertyCertificate } from '../../verify/property-certificate.ts'
import { Replay } from '../../verify/replay.ts'
import { createVerifier } from '../../verify/verifier.ts'
import { verifyProblems, type PropertyAnswer } from '../../verify/verify-problems.ts'
import { violationProblems } from '../../verify/vnnlib-problem.ts'
import { engineOptionsOf, settled, verifierOptionsOf } from '../compute.ts'
import { originOf } from '../recipe/check.ts'
import { verifiersOf } from '../recipe/plan.ts'
import { requireRunning } from './context.ts'
import { describeEnvironment } from './environment.ts'
import { endOf, type JobOutcome } from './job-end.ts'
import { loadModel, loadRunModel, type RecordedModel } from './models.ts'
import { RunProgress } from './progress.ts'
import { reportSearch } from './search-progress.ts'
import { SearchTrace } from './search-trace.ts'
import { summarise } from './summary.ts'
import { keepsProofs, recordOutcome, requireAgreement } from './verify-image.ts'

export interface PropertyJob {
  readonly store: Store
  readonly job: JobRow
  readonly signal: AbortSignal
  readonly emit: (body: JobEventBody) => void
}

/** A network as the file has it, where it came from one. */
interface Asked {
  readonly model: RecordedModel
  readonly network: Network
  readonly ports: { readonly inputs: readonly ModelPort[]; readonly outputs: readonly ModelPort[] }
  /** Outputs as others will compute them: by ONNX Runtime where there is a file. */
  readonly evaluate: (x: Float64Array) => Promise<Float64Array>
}

const noEvaluation = { accuracy: null, robustness: null, robustnessEpsilon: null, robustAccuracy: null }

/**
 * Asks every property of the recipe of every variant; one network that fails leaves the others.
 * @throws EspalierError 'job/cancelled' once `signal` is aborted
 */
export async function askProperties({ store, job, signal, emit }: PropertyJob): Promise<JobOutcome> {
  const recipe = await settled(store, job.recipe)
  const engine = await openEngine(engineOptionsOf(recipe))
  const runs = (await store.runs.ofJob(job.id)).map((row) => new RunProgress({ store, emit }, row))
  try {
    await store.jobs.update(job.id, { environment: describeEnvironment(engine, recipe) })
    for (const run of runs) {
      try {
        requireRunning(signal)
        await askOne({ store, job: { ...job, recipe }, signal, emit }, engine, run)
      } catch (thrown) {
        const error = toErrorData(thrown)
        const stopped = signal.aborted || error.code === 'job/cancelled'
        if (run.row.state === 'running') await run.end(stopped ? 'interrupted' : 'failed', stopped ? null : error)
        if (stopped) throw thrown
      }
    }
  } finally {
    await engine.dispose()
  }
  return endOf(runs)
}

async function askOne(task: PropertyJob, engine: Engine, run: RunProgress): Promise<void> {
  const { store, job } = task
  if (run.row.state === 'done') return
  await run.enter('load')
  const asked = await openNetwork(store, job, run)
  await run.record({ modelId: asked.model.row.id })
  await run.enter('verify')
  const recorded = await readRecorded(store, run.row.id)
  const done: VerdictRow[] = []
  for (const [index, property] of job.recipe.properties.entries()) {
    const rows: VerdictRow[] = []
    for (const verifier of job.recipe.verify === null ? [] : verifiersOf(job.recipe.verify)) {
      const before = recorded.find((row) => row.verifier === verifier && row.imageIndex === index)
      rows.push(before ?? (await answer(task, engine, run, asked, { index, property, verifier })))
    }
    requireAgreement(rows)
    done.push(...rows.slice(0, 1))
    await run.summarise(summarise(asked.model.row, noEvaluation, done))
  }
  await run.end('done')
}

/** Rows of an earlier attempt; errors are asked again. */
async function readRecorded(store: Store, runId: string): Promise<readonly VerdictRow[]> {
  const rows = await store.verdicts.ofRun(runId)
  const broken = rows.filter(({ verdict }) => verdict === 'error')
  for (const row of broken) await store.verdicts.remove(row)
  return rows.filter((row) => !broken.includes(row))
}

async function openNetwork(store: Store, job: JobRow, run: RunProgress): Promise<Asked> {
  const origin = originOf(job.recipe.variants[run.row.position])
  if (origin.kind !== 'model' && origin.kind !== 'run')
    throw new EspalierError('recipe/invalid', 'The network is not of the history.', 'Write from: model:ID.')
  const model =
    origin.kind === 'model' ? await loadModel(store, origin.id) : await loadRunModel(store, origin, run.row.createdAt)
  const { source, name } = model.row
  if (source === null) {
    const { network } = model
    const output = shapeOf(network, network.output)
    const ports = {
      inputs: [{ name: 'input', shape: [1, ...network.inputShape], offset: 0 }],
      outputs: [{ name: 'output', shape: [1, ...output], offset: 0 }],
    }
    return { model, network, ports, evaluate: (x) => Promise.resolve(evaluate64(network, x)) }
  }
  const bytes = await store.artifacts.get(source)
  const { network, inputs, outputs } = await importOnnx(bytes, { name })
  return { model, network, ports: { inputs, outputs }, evaluate: (x) => evaluateOnnx(bytes, x) }
}

interface Question {
  readonly index: number
  readonly property: PropertyReference
  readonly verifier: VerifierName
}

async function answer(
  { store, job, signal, emit }: PropertyJob,
  engine: Engine,
  { row: run }: RunProgress,
  asked: Asked,
  { index, property, verifier }: Question,
): Promise<VerdictRow> {
  requireRunning(signal)
  const { recipe } = job
  const options = recipe.verify ?? verifySchema.parse({})
  const { certify, timeoutSeconds } = options
  const keepProof = keepsProofs(options, recipe.properties.length)
  const text = new TextDecoder().decode(await store.artifacts.get(property.file))
  const problems = violationProblems(asked.network, bindProperty(parseVnnlib(text), asked.ports))
  const trace = new SearchTrace()
  const started = performance.now()
  const elapsed = (): number => (performance.now() - started) / 1000
  const place = { done: index, total: recipe.properties.length, imageIndex: index, properties: true }
  const listeners = { runId: run.id, place, trace, emit }
  const found = await verifyProblems({
    problems,
    verifier: createVerifier(verifier, engine, { ...verifierOptionsOf(recipe), seed: recipe.seed, certify, keepProof }),
    quick: createVerifier('attack', engine, { seed: recipe.seed }),
    // Of the run: it was asked again with more time, perhaps.
    seconds: run.timeoutSeconds ?? timeoutSeconds,
    signal,
    report: (progress) => reportSearch(listeners, progress, elapsed()),
  })
  if (found.verdict !== 'verified' && found.verdict !== 'falsified') requireRunning(signal)
  const outcome = await outcomeOf(found, problems, asked, verifier, elapsed())
  const question = { runId: run.id, imageIndex: index, group: property.name }
  const unknowns = { label: -1, predicted: -1, target: null, epsilon: 0, unstable: outcome.unstable }
  const files = { onnx: `${asked.model.row.name}.onnx`, vnnlib: property.name }
  const certificate = found.verdict === 'verified' ? propertyCertificate(files, problems, found.outcomes) : null
  const row = await recordOutcome(store, verifier, { ...question, ...unknowns }, outcome, certificate, trace)
  emit({ type: 'verdict', runId: run.id, row })
  return row
}

/** The answer to all problems as one outcome; a witness as the competition writes it. */
async function outcomeOf(
  { verdict, outcome, domains, falsified }: PropertyAnswer,
  problems: readonly Problem[],
  asked: Asked,
  verifier: VerifierName,
  seconds: number,
): Promise<Outcome> {
  // Without problems nothing can violate the property.
  const nothing = { evidence: null, lowerBound: null, unstable: null, witness: null, detail: {}, learned: null }
  const base = outcome ?? { ...nothing, method: verifier }
  const witness = base.witness === null ? null : await printable(problems[falsified ?? 0], base.witness, asked)
  return { ...base, verdict, seconds, domains, witness, detail: { ...base.detail, problems: problems.length } }
}

/** As float32 values inside the box where those are a counterexample themselves, replayed; outputs by ONNX Runtime. */
async function printable(
  problem: Problem,
  witness: NonNullable<Outcome['witness']>,
  { evaluate }: Asked,
): Promise<NonNullable<Outcome['witness']>> {
  const rounded = clampWitness(witness.input, problem.box)
  const input = new Replay(problem).accept(rounded) ? rounded : witness.input
  return { ...witness, input, output: await evaluate(input) }
}
