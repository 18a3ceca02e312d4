// The competition's question: a network file and a property file, one answer within a time limit, no history needed.
import { resolve } from 'node:path'
import type { Certificate } from '../certify/certificate.ts'
import { toErrorData, type ErrorData } from '../contract/errors.ts'
import type { Recipe } from '../contract/recipe.ts'
import type { CertifyMode } from '../contract/verdict.ts'
import { openEngine } from '../engine/engine.ts'
import {
  bindProperty,
  clampWitness,
  evaluateOnnxFile,
  readOnnxFile,
  readVnnlibFile,
  type VnncompWord,
  wordOfVerdict,
  type WitnessValues,
} from '../io/index.ts'
import { engineOptionsOf, verifierOptionsOf } from '../jobs/compute.ts'
import type { Evidence, VerifierName, VerifyProgress, Witness } from '../verify/outcome.ts'
import type { Problem } from '../verify/problem.ts'
import { propertyCertificate } from '../verify/property-certificate.ts'
import { Replay } from '../verify/replay.ts'
import { createVerifier } from '../verify/verifier.ts'
import { verifyProblems, type PropertyAnswer } from '../verify/verify-problems.ts'
import { violationProblems } from '../verify/vnnlib-problem.ts'

export interface FileQuestion {
  readonly onnx: string
  readonly vnnlib: string
  /** For reading, compiling and deciding together. */
  readonly seconds: number
  readonly method: VerifierName
  readonly machine: Pick<Recipe, 'provider' | 'threads' | 'memory'>
  readonly seed?: number
  readonly certify?: CertifyMode
  /** Whether the answer is to hold the certificate. */
  readonly keepProof?: boolean
  readonly signal: AbortSignal
  readonly report: (progress: VerifyProgress) => void
}

export interface FileAnswer {
  readonly result: VnncompWord
  /** Since the question was asked, and the part of it that went into reading the files and opening the engine. */
  readonly seconds: number
  readonly prepareSeconds: number
  /** Problems the property came apart into. */
  readonly problems: number
  /** Which verifier decided, and on what grounds. */
  readonly method: VerifierName | null
  readonly evidence: Evidence | null
  readonly domains: number
  readonly lowerBound: number | null
  readonly detail: Readonly<Record<string, number>>
  /** Input in float32 where the box has one that is a counterexample, outputs by ONNX Runtime. */
  readonly witness: WitnessValues | null
  /** The proof, where all of it is certified and it was asked for. */
  readonly certificate: Certificate | null
  readonly reason: string | null
  readonly error: ErrorData | null
}

/** How long after its limit a verifier may take to stop before the answer is given without it, in seconds. */
const GRACE = 1.5

/**
 * Answers within `seconds` (and the grace): what a verifier does after that no longer counts.
 * @throws EspalierError of the readers for wrong files, 'verify/soundness' for verifiers that contradict a witness
 */
export async function verifyFile(question: FileQuestion): Promise<FileAnswer> {
  const started = performance.now()
  const elapsed = (): number => (performance.now() - started) / 1000
  const late = new AbortController()
  const limit = new Promise<null>((resolve) => {
    const timer = setTimeout(() => resolve(null), Math.min((question.seconds + GRACE) * 1000, 2 ** 31 - 1))
    late.signal.addEventListener('abort', () => clearTimeout(timer))
  })
  try {
    const answer = await Promise.race([decide(question, elapsed), limit])
    return answer ?? { ...nothing, result: 'timeout', seconds: elapsed(), reason: 'the time limit was reached' }
  } finally {
    late.abort()
  }
}

const nothing: FileAnswer = {
  result: 'unknown',
  seconds: 0,
  prepareSeconds: 0,
  problems: 0,
  method: null,
  evidence: null,
  domains: 0,
  lowerBound: null,
  detail: {},
  witness: null,
  certificate: null,
  reason: null,
  error: null,
}

async function decide(question: FileQuestion, elapsed: () => number): Promise<FileAnswer> {
  const [model, property] = await Promise.all([readOnnxFile(question.onnx), readVnnlibFile(question.vnnlib)])
  const problems = violationProblems(model.network, bindProperty(property, model))
  const engine = await openEngine(engineOptionsOf(question.machine))
  const prepareSeconds = elapsed()
  const seconds = question.seconds - prepareSeconds
  try {
    const answer = seconds > 0 ? await ask(question, problems, engine, seconds) : outOfTime
    const { outcome } = answer
    const witness = outcome?.witness
      ? await printable(question, problems[answer.falsified ?? 0], outcome.witness)
      : null
    return {
      result: wordOfVerdict[answer.verdict],
      seconds: elapsed(),
      prepareSeconds,
      problems: problems.length,
      method: outcome?.method ?? null,
      evidence: outcome?.evidence ?? null,
      domains: answer.domains,
      lowerBound: outcome?.lowerBound ?? null,
      detail: outcome?.detail ?? {},
      witness,
      certificate: propertyCertificate(filesOf(question), problems, answer.outcomes),
      reason: outcome?.reason ?? null,
      error: outcome?.error ?? null,
    }
  } finally {
    // A program still running after the limit would hold up the answer.
    void engine.dispose().catch(() => undefined)
  }
}

const outOfTime: PropertyAnswer = { falsified: null, verdict: 'timeout', outcome: null, outcomes: [], domains: 0 }

function ask(
  { machine, method, seed, certify, keepProof, signal, report }: FileQuestion,
  problems: readonly Problem[],
  engine: Awaited<ReturnType<typeof openEngine>>,
  seconds: number,
): Promise<PropertyAnswer> {
  const verifier = createVerifier(method, engine, { ...verifierOptionsOf(machine), seed, certify, keepProof })
  const quick = createVerifier('attack', engine, { seed })
  return verifyProblems({ problems, verifier, quick, seconds, signal, report })
}

/** As a certificate names them. */
function filesOf({ onnx, vnnlib }: FileQuestion): { readonly onnx: string; readonly vnnlib: string } {
  return { onnx: resolve(onnx), vnnlib: resolve(vnnlib) }
}

/**
 * A witness as float32 values inside the box where those are a counterexample themselves, replayed in float64; otherwise
 * the double values that were found. Outputs are ONNX Runtime's at what it reads from them.
 */
async function printable({ onnx }: FileQuestion, problem: Problem, { input }: Witness): Promise<WitnessValues> {
  const rounded = clampWitness(input, problem.box)
  const exact = new Replay(problem).accept(rounded) ? rounded : input
  return { input: exact, output: await evaluateOnnxFile(onnx, exact) }
}

/** What broke, as an answer. */
export function failedAnswer(thrown: unknown): FileAnswer {
  const error = toErrorData(thrown)
  return { ...nothing, result: 'error', reason: error.message, error }
}
