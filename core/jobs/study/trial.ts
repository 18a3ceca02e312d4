// A dry run: the recipe's own verifier on some of its images for a moment, on hard ones to the end; nothing of it is kept.
import { EspalierError, toErrorData } from '../../contract/errors.ts'
import type { JobGauge } from '../../contract/events.ts'
import type { Recipe, VerifyOptions } from '../../contract/recipe.ts'
import type { Look, Trial, TrialAnswer } from '../../contract/study.ts'
import type { Dataset } from '../../data/dataset.ts'
import { openEngine } from '../../engine/engine.ts'
import type { Network } from '../../nn/index.ts'
import type { Store } from '../../store/store.ts'
import { robustness } from '../../verify/problem.ts'
import type { Verifier } from '../../verify/problem.ts'
import { createVerifier } from '../../verify/verifier.ts'
import { engineOptionsOf, verifierOptionsOf } from '../compute.ts'
import { openRecorded } from '../execute/dataset.ts'
import { targetOf } from '../execute/images.ts'
import { SearchTrace } from '../execute/search-trace.ts'
import { reportSearch } from '../execute/search-progress.ts'
import { ask } from '../execute/verify-image.ts'
import { verifiersOf } from '../recipe/plan.ts'
import { projectTrial, type TrialTimes } from './projection.ts'
import { predictedClass, trialImages } from './trial-images.ts'
import { trialNetwork } from './trial-network.ts'

/** Most images that are looked at, for how long each, and for how long together, in seconds. */
const most = 60
const patience = 1
const together = 20
/** For the first answer of all, which waits for programs to be compiled and says nothing of the others. */
const warmingUp = 5
/** Images that are asked about to the end. */
const triedImages = 3

export interface TrialListener {
  gauge(gauge: JobGauge): void
  /** Told after every answer. */
  trial(trial: Trial): void
}

/** @throws EspalierError 'recipe/invalid' without verification, 'job/cancelled'; those of data, network and engine */
export async function tryVerifier(
  store: Store,
  recipe: Recipe,
  signal: AbortSignal,
  listener: TrialListener,
): Promise<void> {
  const options = recipe.verify
  if (options === null || recipe.properties.length > 0) throw nothingToTry()
  listener.gauge({ stage: 'load', message: 'opening the images' })
  const { pair } = await openRecorded(store, recipe.data)
  const engine = await openEngine(engineOptionsOf(recipe))
  try {
    const found = await trialNetwork({ store, recipe, data: pair, engine, signal, tell: (g) => listener.gauge(g) })
    const own = { ...verifierOptionsOf(recipe), certify: options.certify }
    const verifiers = verifiersOf(options).map((name) => createVerifier(name, engine, own))
    const { network, kind, training } = found
    const bench: Bench = { network, test: pair.test, options, verifiers, signal, tell: (g) => listener.gauge(g) }
    const images = [...trialImages(found, options, pair.test, most)]
    const told = { network: kind, classes: [...pair.test.classes], training, projection: null }
    const looks: Looked[] = []
    await lookAtAll(bench, images, (looked) => {
      looks.push(looked)
      listener.trial({ ...told, look: lookOf(looks), answers: [] })
    })
    const tried: TrialAnswer[][] = []
    const look = lookOf(looks)
    for (const { index } of worthTrying(looks)) {
      tried.push(await askAll(bench, { done: tried.length, total: triedImages, imageIndex: index }, signal))
      listener.trial({ ...told, look, answers: tried.flat() })
    }
    listener.trial({ ...told, look, answers: tried.flat(), projection: projectTrial(recipe, timesOf(looks, tried)) })
  } finally {
    await engine.dispose()
  }
}

interface Bench {
  readonly network: Network
  readonly test: Dataset
  readonly options: VerifyOptions
  readonly verifiers: readonly Verifier[]
  readonly signal: AbortSignal
  readonly tell: (gauge: JobGauge) => void
}

/** What a look at an image found; `answers` null: not answered in time, `bound` is how far the verifier had come. */
interface Looked {
  readonly index: number
  readonly answers: readonly TrialAnswer[] | null
  readonly bound: number
}

/** The real verifier on every image, broken off where it is not done in a moment: most images are easy, and few decide. */
async function lookAtAll(bench: Bench, images: readonly number[], told: (looked: Looked) => void): Promise<void> {
  const first = images.at(0)
  if (first !== undefined) await lookAt(bench, { done: 0, total: images.length, imageIndex: first }, warmingUp)
  const started = performance.now()
  for (const [done, imageIndex] of images.entries()) {
    if (performance.now() - started > together * 1000) return
    told(await lookAt(bench, { done, total: images.length, imageIndex }, patience))
  }
}

async function lookAt(bench: Bench, place: Place, seconds: number): Promise<Looked> {
  const { imageIndex: index } = place
  const over = new AbortController()
  const timer = setTimeout(() => over.abort(), seconds * 1000)
  let bound = -Infinity
  const tell = (gauge: JobGauge): void => {
    if (gauge.stage === 'verify') bound = gauge.worstBound ?? bound
    bench.tell(gauge)
  }
  try {
    return {
      index,
      answers: await askAll({ ...bench, tell }, place, AbortSignal.any([bench.signal, over.signal])),
      bound,
    }
  } catch (thrown) {
    if (!over.signal.aborted || bench.signal.aborted || toErrorData(thrown).code !== 'job/cancelled') throw thrown
    return { index, answers: null, bound }
  } finally {
    clearTimeout(timer)
  }
}

/** Hard images from the most to the least promising; where none is hard, any. */
function worthTrying(looks: readonly Looked[]): readonly Looked[] {
  const hard = looks.filter(({ answers }) => answers === null).sort((a, b) => b.bound - a.bound)
  if (hard.length <= triedImages) return hard.length > 0 ? hard : looks.slice(0, triedImages)
  return Array.from({ length: triedImages }, (_, k) => hard[Math.round((k * (hard.length - 1)) / (triedImages - 1))])
}

function lookOf(looks: readonly Looked[]): Look {
  const answered = looks.flatMap(({ answers }) => (answers === null ? [] : answers.slice(0, 1)))
  const count = (which: (answer: TrialAnswer) => boolean): number => answered.filter(which).length
  const [verified, falsified] = (['verified', 'falsified'] as const).map((word) => count(({ verdict }) => verdict === word)) // prettier-ignore
  return {
    images: looks.length,
    seconds: patience,
    verified,
    falsified,
    misclassified: count(({ verdict, label, predicted }) => verdict === 'falsified' && label !== predicted),
    open: answered.length - verified - falsified,
    hard: looks.length - answered.length,
  }
}

const secondsOf = (answers: readonly TrialAnswer[]): number => answers.reduce((sum, { seconds }) => sum + seconds, 0)

/** All verifiers of an image together. */
function timesOf(looks: readonly Looked[], tried: readonly (readonly TrialAnswer[])[]): TrialTimes {
  const quick = looks.flatMap(({ answers }) => (answers === null ? [] : [secondsOf(answers)]))
  const hard = looks.length - quick.length
  return { quick, hard, tried: hard === 0 ? [] : tried.map(secondsOf) }
}

type Place = { readonly done: number; readonly total: number; readonly imageIndex: number }

/** An answer of every verifier. @throws EspalierError 'job/cancelled' where `signal` broke one off */
async function askAll(bench: Bench, place: Place, signal: AbortSignal): Promise<TrialAnswer[]> {
  const answers: TrialAnswer[] = []
  for (const verifier of bench.verifiers) answers.push(await tryImage(bench, verifier, place, signal))
  return answers
}

/** A targeted question is about the runner-up: what FGSM makes of an image is known only once a job has attacked them all. */
async function tryImage(
  { network, test, options, tell }: Bench,
  verifier: Verifier,
  place: Place,
  signal: AbortSignal,
): Promise<TrialAnswer> {
  const { imageIndex } = place
  const [image, label] = [test.image(imageIndex), test.labels[imageIndex]]
  const { epsilon, clip, timeoutSeconds } = options
  const target = options.property === 'targeted' ? { target: targetOf(network, image, label, label) } : {}
  const problem = robustness({ network, image, label, epsilon, clip, ...target })
  const trace = new SearchTrace()
  const emit: Parameters<typeof reportSearch>[0]['emit'] = (body) => body.type === 'gauge' && tell(body.gauge)
  const outcome = await ask(verifier, problem, timeoutSeconds, signal, (progress) =>
    reportSearch({ runId: 'trial', place, trace, emit }, progress, progress.seconds),
  )
  const { verdict, evidence, method, seconds, error } = outcome
  const predicted = predictedClass(network, test, imageIndex)
  return {
    imageIndex,
    label,
    predicted,
    verifier: verifier.name,
    verdict,
    evidence,
    method,
    seconds,
    error: error ? toErrorData(error) : null,
  }
}

function nothingToTry(): EspalierError {
  return new EspalierError('recipe/invalid', 'This recipe asks nothing of images.', 'Choose what is to be verified.')
}
