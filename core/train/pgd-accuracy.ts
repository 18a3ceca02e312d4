// Accuracy under projected gradient descent: which images a network still classifies correctly after every restart.
import type { AttackEvaluation } from '../contract/recipe.ts'
import type { Dataset } from '../data/dataset.ts'
import { SeededRandom } from '../data/random.ts'
import type { Engine } from '../engine/engine.ts'
import type { Network } from '../nn/network.ts'
import { requireNotCancelled } from './cancel.ts'
import { requireFit } from './fit.ts'
import { argMaxRow, oneHot } from './loss.ts'
import { candidateBatch, compilePgdStep, type PgdProgram } from './pgd-step.ts'

export interface PgdQuestion extends AttackEvaluation {
  /** ℓ∞ radius in pixel units 0–1. */
  readonly epsilon: number
  readonly signal?: AbortSignal
  /** Told after every batch of an attempt: candidates done of this restart. */
  onProgress?(restart: number, done: number, all: number): void
}

export interface PgdResult {
  /** Share of the images asked about that stay right under every attempt. */
  readonly robustAccuracy: number
  /** By image, in the order of the dataset: 1 where no attempt succeeded. */
  readonly robust: Uint8Array
}

/** First step as a share of ε, and what a step keeps of the one before: the verifier's (spec A.6 (ii)). */
const firstStep = 0.25
const decay = 0.99
const attackSeed = 100

/** One start of one image, pushed towards class `target`; towards the nearest wrong class where that is null. */
interface Candidate {
  readonly image: number
  readonly target: number | null
}

/**
 * The verifier's attack over many images at once: restart 0 begins at the image, the others uniformly in its ball; steps
 * follow the sign of the gradient's running mean. An image is out as soon as one candidate is misclassified.
 * @throws EspalierError 'model/does-not-fit-data', 'job/cancelled'
 */
export async function pgdAccuracy(
  engine: Engine,
  network: Network,
  dataset: Dataset,
  question: PgdQuestion,
): Promise<PgdResult> {
  requireFit(network, dataset)
  const count = Math.min(dataset.count, question.images ?? dataset.count)
  const classes = dataset.classes.length
  const program = await compilePgdStep(engine, network, classes, question.everyClass)
  const robust = new Uint8Array(count).fill(1)
  for (let restart = 0; restart < question.restarts; restart++) {
    const candidates = candidatesOf(dataset, robust, question.everyClass)
    for (let start = 0; start < candidates.length; start += candidateBatch) {
      const batch = candidates.slice(start, start + candidateBatch)
      await attackBatch(program, { dataset, question, restart, robust }, batch)
      question.onProgress?.(restart, start + batch.length, candidates.length)
    }
  }
  return { robustAccuracy: robust.reduce((sum, value) => sum + value, 0) / count, robust }
}

function candidatesOf(dataset: Dataset, robust: Uint8Array, everyClass: boolean): Candidate[] {
  const standing = Array.from(robust.keys()).filter((image) => robust[image] === 1)
  if (!everyClass) return standing.map((image) => ({ image, target: null }))
  return standing.flatMap((image) =>
    dataset.classes.flatMap((_, target) => (target === dataset.labels[image] ? [] : [{ image, target }])),
  )
}

interface Attempt {
  readonly dataset: Dataset
  readonly question: PgdQuestion
  readonly restart: number
  /** Cleared where a candidate succeeds. */
  readonly robust: Uint8Array
}

async function attackBatch(program: PgdProgram, attempt: Attempt, batch: readonly Candidate[]): Promise<void> {
  const { dataset, question, robust } = attempt
  const classes = dataset.classes.length
  const labels = batch.map(({ image }) => dataset.labels[image])
  const wanted = new Float32Array(candidateBatch * classes)
  batch.forEach(({ target }, row) => target !== null && (wanted[row * classes + target] = 1))
  const targets = new Float32Array(candidateBatch * classes)
  targets.set(oneHot(labels, classes))
  const { points: start, lower, upper } = startsOf(attempt, batch)
  let points: Float32Array = start
  let mean: Float32Array = new Float32Array(points.length)
  let size = firstStep * question.epsilon
  // One run more than steps: a run gives the logits of the points it was handed.
  for (let step = 0; step <= question.steps; step++) {
    requireNotCancelled(question.signal)
    const output = await program.run({ points, mean, lower, upper, targets, wanted, step: Float32Array.of(size) })
    batch.forEach(({ image }, row) => {
      if (argMaxRow(output.logits, row, classes) !== labels[row]) robust[image] = 0
    })
    if (batch.every(({ image }) => robust[image] === 0)) return
    points = output.next as Float32Array
    mean = output.nextMean as Float32Array
    size *= decay
  }
}

/** Starting points and boxes, flat [candidateBatch, pixels]; rows past the batch are zeros. */
function startsOf({ dataset, question, restart }: Attempt, batch: readonly Candidate[]) {
  const [channels, height, width] = dataset.shape
  const pixels = channels * height * width
  const { epsilon } = question
  const points = new Float32Array(candidateBatch * pixels)
  dataset.batch(batch.map(({ image }) => image), points) // prettier-ignore
  const lower = points.map((value) => Math.max(0, value - epsilon))
  const upper = points.map((value) => Math.min(1, value + epsilon))
  if (restart === 0) return { points, lower, upper }
  batch.forEach(({ image, target }, row) => {
    const random = new SeededRandom(attackSeed).fork(`restart ${restart} image ${image} target ${target ?? 'any'}`)
    for (let at = row * pixels; at < (row + 1) * pixels; at++)
      points[at] = lower[at] + random.uniform() * (upper[at] - lower[at])
  })
  return { points, lower, upper }
}
