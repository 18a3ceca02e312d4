// The radius of an image: the largest ball that is verified and the nearest counterexample, the bracket halved (spec C.14).
import { EspalierError, toErrorData, type ErrorData } from '../../contract/errors.ts'
import type { Engine } from '../../engine/engine.ts'
import type { Evidence, VerifierName, Witness } from '../outcome.ts'
import type { Known } from '../known.ts'
import { robustness, type Problem, type Verifier } from '../problem.ts'
import { Replay } from '../replay.ts'
import { createVerifier, type VerifierOptions } from '../verifier.ts'
import { minimalDistortion } from '../milp/distortion.ts'
import { NotEncodable } from '../milp/encode.ts'
import { VerifyContext } from '../prepared.ts'
import { drawIn, nearestWitness, type Question } from './nearest.ts'

/** Halvings of the bracket by plain bounds, before complete methods are asked. */
const QUICK_STEPS = 6
/** Share of the time for attacks, and share of what is left for one radius. */
const ATTACK_SHARE = 0.1
const QUESTION_SHARE = 0.5

export interface RadiusTask {
  readonly question: Question
  /** Largest radius of interest, in pixel units. */
  readonly maximum: number
  /** Width of the bracket that is narrow enough. */
  readonly tolerance: number
  readonly seconds: number
  readonly signal: AbortSignal
  readonly report: (state: {
    readonly lower: number
    readonly upper: number | null
    readonly asking: number | null
  }) => void
}

export interface Radius {
  /** Every counterexample is farther than this: the largest radius that was verified, 0 where none was. */
  readonly lower: number
  /** Distance of the nearest counterexample found; null: none within `maximum`. */
  readonly upper: number | null
  /** Whether the bracket is as narrow as was asked, or the whole of `maximum` is verified. */
  readonly finished: boolean
  /** On what grounds `lower` stands; null where it is 0. */
  readonly evidence: Evidence | null
  readonly witness: Witness | null
  /** Radii that a verifier was asked about. */
  readonly questions: number
  readonly seconds: number
  /** What broke; the bracket is what it was by then. */
  readonly error: ErrorData | null
}

/** Finds radii with one method; `mipverify` minimises the distance in one model instead of halving. */
export class RadiusFinder {
  readonly #method: VerifierName
  readonly #complete: Verifier
  readonly #quick: Verifier
  readonly #attack: Verifier
  readonly #context: VerifyContext

  constructor(method: VerifierName, engine: Engine, options: VerifierOptions = {}) {
    this.#method = method
    this.#complete = createVerifier(method, engine, options)
    this.#quick = createVerifier('crown', engine, options)
    this.#attack = createVerifier('attack', engine, options)
    this.#context = new VerifyContext(engine, options)
  }

  /** @throws EspalierError as `robustness`, and 'verify/soundness' */
  async find(task: RadiusTask): Promise<Radius> {
    const bracket = new Bracket(task)
    if (bracket.misclassified) return bracket.result
    const { question, maximum, signal } = task
    const attack = { question, maximum, attack: this.#attack, seconds: task.seconds * ATTACK_SHARE, signal }
    bracket.witness(await nearestWitness(attack))
    for (let step = 0; step < QUICK_STEPS; step++) await bracket.ask(this.#quick, 1)
    bracket.forgetUnsettled()
    if (this.#method === 'mipverify')
      await this.#minimise(bracket, task).catch((thrown: unknown) => bracket.fail(thrown))
    while (!bracket.over) await bracket.ask(this.#complete, QUESTION_SHARE)
    return bracket.result
  }

  /**
   * MIPVerify's way; a ball without counterexamples has no distance that could be minimised. The optimum lies where classes
   * tie: a point beyond the tie is then looked for right behind it.
   */
  async #minimise(bracket: Bracket, task: RadiusTask): Promise<void> {
    if (bracket.upper === null) await bracket.ask(this.#complete, QUESTION_SHARE)
    if (bracket.upper === null || bracket.over) return
    const problem = robustness({ ...task.question, epsilon: bracket.upper })
    const { lower, witness } = await minimalDistortion(
      this.#context,
      problem,
      bracket.nearest,
      bracket.secondsLeft,
      task.signal,
      (bound) => bracket.verified(bound, 'solver'),
    )
    bracket.witness(witness)
    bracket.verified(lower, 'solver')
    await bracket.ask(this.#complete, QUESTION_SHARE, bracket.lower + task.tolerance / 2)
  }
}

interface Span {
  readonly low: number
  readonly high: number
}

/** What is known about the radius of one image. */
class Bracket {
  lower = 0
  nearest: Witness | null = null
  readonly #task: RadiusTask
  readonly #started = performance.now()
  #evidence: Evidence | null = null
  #questions = 0
  #error: ErrorData | null = null
  /** The smallest and the largest radius that were asked about and not settled. */
  #unsettled: Span | null = null
  /** What was found out on the ball asked about last that was not verified: it holds on smaller ones. */
  #learned: { readonly epsilon: number; readonly known: Known } | null = null

  constructor(task: RadiusTask) {
    this.#task = task
    const image = robustness({ ...task.question, epsilon: 0 })
    this.nearest = image.centre ? new Replay(image).accept(image.centre) : null
  }

  get misclassified(): boolean {
    return this.nearest?.linf === 0
  }

  get upper(): number | null {
    return this.nearest?.linf ?? null
  }

  get secondsLeft(): number {
    return this.#task.seconds - (performance.now() - this.#started) / 1000
  }

  /**
   * Where to ask next: below what is not settled while there is room, for proofs are easier on small balls; then above it,
   * for counterexamples are easier on large ones. null where there is no room left.
   */
  get #span(): Span | null {
    const high = this.upper ?? this.#task.maximum
    const { tolerance } = this.#task
    const room = ({ low, high: top }: Span, least: number): boolean => top - low > least
    if (!this.#unsettled) return room({ low: this.lower, high }, tolerance) ? { low: this.lower, high } : null
    const spans = [
      { low: this.lower, high: this.#unsettled.low },
      { low: this.#unsettled.high, high },
    ]
    return spans.find((span) => room(span, tolerance / 2)) ?? null
  }

  /** Nothing left to find out, or no time for it. */
  get over(): boolean {
    return this.#span === null || this.#error !== null || this.secondsLeft <= 0 || this.#task.signal.aborted
  }

  /** What a solver could not do ends the search; what it could not begin (no linear programme) is left to the questions. */
  fail(thrown: unknown): void {
    if (thrown instanceof NotEncodable) return
    if (!(thrown instanceof EspalierError) || thrown.code !== 'verify/solver') throw thrown
    this.#error = toErrorData(thrown)
  }

  /** A radius that bounds alone did not settle is open to other methods. */
  forgetUnsettled(): void {
    this.#unsettled = null
  }

  verified(radius: number, evidence: Evidence): void {
    if (!(radius > this.lower)) return
    this.lower = Math.min(radius, this.upper ?? radius)
    this.#evidence = evidence
    if (this.#unsettled && this.lower >= this.#unsettled.high) this.#unsettled = null
    this.#tell(null)
  }

  witness(witness: Witness | null): void {
    if (!witness || !(witness.linf < (this.upper ?? Infinity))) return
    this.nearest = witness
    if (this.#unsettled && witness.linf <= this.#unsettled.low) this.#unsettled = null
    this.#tell(null)
  }

  /** Asks about a radius: by default the middle of where to ask next, `maximum` while no counterexample is known. */
  async ask(verifier: Verifier, share: number, radius?: number): Promise<void> {
    if (this.over) return
    const first = this.upper === null && this.#unsettled === null
    const epsilon =
      radius ?? (first || this.#span === null ? this.#task.maximum : (this.#span.low + this.#span.high) / 2)
    const known = this.#learned && epsilon <= this.#learned.epsilon ? this.#learned.known : undefined
    const problem: Problem = { ...robustness({ ...this.#task.question, epsilon }), known }
    this.#questions++
    this.#tell(epsilon)
    const budget = { seconds: Math.max(0.05, this.secondsLeft * share) }
    const outcome = await verifier.verify(problem, budget, this.#task.signal, () => undefined)
    this.#error = outcome.error ?? null
    if (outcome.verdict === 'verified' && outcome.evidence) this.verified(epsilon, outcome.evidence)
    else {
      if (outcome.witness) this.witness(drawIn(problem, outcome.witness))
      else this.#leave(epsilon)
      if (outcome.learned) this.#learned = { epsilon, known: outcome.learned }
    }
  }

  #leave(epsilon: number): void {
    const { low, high } = this.#unsettled ?? { low: epsilon, high: epsilon }
    this.#unsettled = { low: Math.min(low, epsilon), high: Math.max(high, epsilon) }
  }

  #tell(asking: number | null): void {
    this.#task.report({ lower: this.lower, upper: this.upper, asking })
  }

  get result(): Radius {
    const { lower, upper, nearest } = this
    const whole = upper === null && lower >= this.#task.maximum
    const settled = upper !== null && upper - lower <= this.#task.tolerance
    const seconds = (performance.now() - this.#started) / 1000
    const evidence = lower > 0 ? this.#evidence : null
    const figures = { questions: this.#questions, seconds, error: this.#error }
    return { lower, upper, finished: whole || settled, evidence, witness: nearest, ...figures }
  }
}
