// Verification of a variant's network on its images: one row for each as it finishes, those recorded already are skipped.
import { createBounder } from '../../bounds/bounder.ts'
import type { VerdictRow } from '../../contract/rows.ts'
import type { VerifyOptions } from '../../contract/recipe.ts'
import type { VerifierName } from '../../contract/verdict.ts'
import { verifierOptionsOf } from '../compute.ts'
import { verifiersOf } from '../recipe/plan.ts'
import type { Engine } from '../../engine/engine.ts'
import { evaluate64, fuseBatchNorm, networkHash } from '../../nn/index.ts'
import { partsOf } from '../../verify/memory.ts'
import { createVerifier } from '../../verify/verifier.ts'
import { robustness, type Outcome, type Problem, type Verifier, type VerifyProgress } from '../../verify/problem.ts'
import type { FgsmResult } from '../../train/fgsm.ts'
import type { Certificate } from '../../certify/certificate.ts'
import { removeCheckpoints } from './checkpoints.ts'
import { requireRunning, type VariantContext } from './context.ts'
import { targetOf, type ChosenImage } from './images.ts'
import type { RecordedModel } from './models.ts'
import { NeuronSurvey } from './neuron-survey.ts'
import { SearchCheckpoint } from './search-checkpoint.ts'
import { reportSearch } from './search-progress.ts'
import { SearchTrace } from './search-trace.ts'
import { ask, keepsProofs, recordOutcome, requireAgreement, type Question } from './verify-image.ts'

export interface VerifyArguments {
  readonly engine: Engine
  readonly model: RecordedModel
  readonly options: VerifyOptions
  readonly images: readonly ChosenImage[]
  /** Needed for targeted questions: the class FGSM reaches for each image. */
  readonly attack: FgsmResult | null
  /** Called with all rows of the asked verifier, recorded ones first, after each image. */
  onRows(rows: readonly VerdictRow[]): Promise<void>
}

/** For an image whose time was over just when its process ended. */
const leastSeconds = 0.01

interface Bench {
  readonly context: VariantContext
  readonly args: VerifyArguments
  readonly verifiers: readonly Verifier[]
  readonly survey: NeuronSurvey
  readonly recorded: Map<string, VerdictRow>
}

/** @throws EspalierError 'verify/soundness', 'job/cancelled', 'model/does-not-fit-data' */
export async function verifyImages(context: VariantContext, args: VerifyArguments): Promise<void> {
  const { engine, model, options, images } = args
  const { certify } = options
  const keepProof = keepsProofs(options, images.length)
  const own = { ...verifierOptionsOf(context.recipe), certify, keepProof }
  const { call: memoryBytes } = partsOf(own.memoryBytes)
  const surveyor = createBounder(engine, fuseBatchNorm(model.network), { memoryBytes })
  const bench: Bench = {
    context,
    args,
    verifiers: verifiersOf(options).map((name) => createVerifier(name, engine, own)),
    survey: await NeuronSurvey.open(context.store, context.run.id, surveyor),
    recorded: await readRecorded(context),
  }
  const done: VerdictRow[] = []
  try {
    for (const [position, image] of images.entries()) {
      done.push(await verifyImage(bench, image, position))
      await args.onRows(done)
    }
  } finally {
    await bench.survey.write()
  }
  // What a process that was killed between a verdict and its checkpoint left.
  await removeCheckpoints(context.store, context.run.id)
}

/** Rows of an earlier attempt; errors are asked again. */
async function readRecorded({ store, run }: VariantContext): Promise<Map<string, VerdictRow>> {
  const recorded = new Map<string, VerdictRow>()
  for (const row of await store.verdicts.ofRun(run.id)) {
    if (row.verdict === 'error') await store.verdicts.remove(row)
    else recorded.set(keyOf(row.verifier, row.imageIndex), row)
  }
  return recorded
}

const keyOf = (verifier: string, imageIndex: number): string => `${verifier} ${imageIndex}`

async function verifyImage(bench: Bench, image: ChosenImage, position: number): Promise<VerdictRow> {
  const { verifiers, recorded } = bench
  const known = verifiers.map(({ name }) => recorded.get(keyOf(name, image.index)))
  const rows: VerdictRow[] = []
  let asked: { problem: Problem; question: Question } | null = null
  for (const [v, verifier] of verifiers.entries()) {
    const before = known[v]
    if (before === undefined) asked ??= await pose(bench, image)
    rows.push(before ?? (await answer(bench, verifier, asked as { problem: Problem; question: Question }, position)))
  }
  requireAgreement(rows)
  await bench.survey.count()
  return rows[0]
}

/** The question about one image, with the figures that do not depend on a verifier. */
async function pose(
  { context, args, survey }: Bench,
  { index, group }: ChosenImage,
): Promise<{ problem: Problem; question: Question }> {
  const { data, run, signal } = context
  const { model, options, attack } = args
  requireRunning(signal)
  const pixels = data.test.image(index)
  const label = data.test.labels[index]
  const target =
    options.property === 'targeted' && attack !== null
      ? targetOf(model.network, pixels, label, attack.attackedClass[index])
      : null
  const { epsilon, clip } = options
  const problem = robustness({
    network: model.network,
    image: pixels,
    label,
    epsilon,
    clip,
    ...(target === null ? {} : { target }),
  })
  const logits = evaluate64(model.network, problem.centre ?? Float64Array.from(pixels))
  const predicted = logits.indexOf(Math.max(...logits))
  const unstable = await survey.look(problem.box, signal)
  return { problem, question: { runId: run.id, imageIndex: index, label, target, predicted, epsilon, group, unstable } }
}

async function answer(
  { context, args }: Bench,
  verifier: Verifier,
  { problem, question }: { problem: Problem; question: Question },
  position: number,
): Promise<VerdictRow> {
  const { store, run, signal, emit } = context
  const key = `${verifier.name}:${question.imageIndex}:${question.target ?? ''}`
  const checkpoint = await SearchCheckpoint.open(store, run.id, key, signal)
  const { spent } = checkpoint
  const trace = new SearchTrace()
  const place = { done: position, total: args.images.length, imageIndex: question.imageIndex }
  const listeners = { runId: run.id, place, trace, emit }
  const report = (progress: VerifyProgress): void => reportSearch(listeners, progress, spent + progress.seconds)
  report({ stage: verifier.name, seconds: 0, lowerBound: null, upperBound: null, domains: 0, open: null })
  // Of the run: it was asked again with more time, perhaps.
  const limit = run.timeoutSeconds ?? args.options.timeoutSeconds
  const left = Math.max(limit - spent, leastSeconds)
  const outcome = await ask(verifier, problem, left, signal, report, checkpoint)
  const whole = { ...outcome, seconds: spent + outcome.seconds }
  const row = await recordOutcome(
    store,
    verifier.name satisfies VerifierName,
    question,
    whole,
    certificateOf({ context, args }, problem, question, whole),
    trace,
  )
  await checkpoint.remove()
  emit({ type: 'verdict', runId: run.id, row })
  return row
}

/** The proof of one image, where there is one. */
function certificateOf(
  { context, args }: Pick<Bench, 'context' | 'args'>,
  { network, box, property }: Problem,
  { imageIndex: index, label, target }: Question,
  { proof }: Outcome,
): Certificate | null {
  if (!proof) return null
  const { epsilon, clip } = args.options
  return {
    network: networkHash(network),
    question: { kind: 'images', model: args.model.row.id, dataset: context.data.hash },
    claims: [{ image: { index, label, target, epsilon, clip }, box, property, proof }],
  }
}
