// A dry run: the recipe's own verifier on three of its images, before anything is started; nothing of it is kept.
import { EspalierError, toErrorData } from '../../contract/errors.ts'
import type { JobGauge } from '../../contract/events.ts'
import type { Recipe, VerifyOptions } from '../../contract/recipe.ts'
import type { Trial, TrialAnswer } from '../../contract/study.ts'
import type { VerifierName } from '../../contract/verdict.ts'
import type { Dataset } from '../../data/dataset.ts'
import { openEngine } from '../../engine/engine.ts'
import { evaluate64, type Network } from '../../nn/index.ts'
import type { Store } from '../../store/store.ts'
import { robustness } from '../../verify/problem.ts'
import type { Verifier } from '../../verify/problem.ts'
import { createVerifier } from '../../verify/verifier.ts'
import { engineOptionsOf, verifierOptionsOf } from '../compute.ts'
import { openRecorded } from '../execute/dataset.ts'
import { chooseAlone, targetOf } from '../execute/images.ts'
import { SearchTrace } from '../execute/search-trace.ts'
import { reportSearch } from '../execute/search-progress.ts'
import { ask } from '../execute/verify-image.ts'
import { verifiersOf } from '../recipe/plan.ts'
import { projectTrial } from './projection.ts'
import { trialNetwork, type TrialNetwork } from './trial-network.ts'

const triedImages = 3
/** A stand-in misses many images, and an image that is missed is answered at once: those are passed over. */
const searchedImages = 1_000

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
    const images = chooseTried(found, options, pair.test)
    let trial: Trial = {
      ...{ network: found.kind, images: images.length, classes: [...pair.test.classes] },
      ...{ answers: [], epochSeconds: found.epochSeconds, projection: null },
    }
    listener.trial(trial)
    const { certify } = options
    const verifiers = verifiersOf(options).map((name) => ({
      name,
      verifier: createVerifier(name, engine, { ...verifierOptionsOf(recipe), certify }),
    }))
    const bench = { network: found.network, test: pair.test, options, signal }
    for (const [done, index] of images.entries()) {
      for (const verifier of verifiers) {
        const place = { done, total: images.length, imageIndex: index }
        const answer = await tryImage(bench, verifier, place, (gauge) => listener.gauge(gauge))
        trial = { ...trial, answers: [...trial.answers, answer] }
        listener.trial(trial)
      }
    }
    listener.trial({ ...trial, projection: projectTrial(recipe, trial.answers) })
  } finally {
    await engine.dispose()
  }
}

/** The first images that will be asked about; of those chosen over several networks, of which nobody knows yet, the first of all. */
function chooseTried({ kind, network }: TrialNetwork, { images }: VerifyOptions, test: Dataset): readonly number[] {
  const chosen = chooseAlone(images, test).map(({ index }) => index)
  const all = chosen.length > 0 ? chosen : Array.from({ length: test.count }, (_, index) => index)
  if (kind !== 'stand-in') return all.slice(0, triedImages)
  const met: number[] = []
  for (const index of all.slice(0, searchedImages)) {
    if (predictedClass(network, test, index) === test.labels[index]) met.push(index)
    if (met.length === triedImages) break
  }
  return met.length > 0 ? met : all.slice(0, triedImages)
}

interface Bench {
  readonly network: Network
  readonly test: Dataset
  readonly options: VerifyOptions
  readonly signal: AbortSignal
}

/** A targeted question is about the runner-up: what FGSM makes of an image is known only once a job has attacked them all. */
async function tryImage(
  { network, test, options, signal }: Bench,
  { name, verifier }: { readonly name: VerifierName; readonly verifier: Verifier },
  place: { readonly done: number; readonly total: number; readonly imageIndex: number },
  tell: (gauge: JobGauge) => void,
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
    verifier: name,
    verdict,
    evidence,
    method,
    seconds,
    error: error ? toErrorData(error) : null,
  }
}

function predictedClass(network: Network, test: Dataset, index: number): number {
  const logits = evaluate64(network, Float64Array.from(test.image(index)))
  return logits.indexOf(Math.max(...logits))
}

function nothingToTry(): EspalierError {
  return new EspalierError('recipe/invalid', 'This recipe asks nothing of images.', 'Choose what is to be verified.')
}
