// One image, one verifier: the question, the answer, the row.
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Certificate } from '../../certify/certificate.ts'
import { encodeCertificate } from '../../certify/format.ts'
import { EspalierError } from '../../contract/errors.ts'
import { fewQuestions, type VerifyOptions } from '../../contract/recipe.ts'
import type { VerdictRow } from '../../contract/rows.ts'
import type { VerifierName } from '../../contract/verdict.ts'
import type { Store } from '../../store/store.ts'
import type { SearchKeeper } from '../../verify/keeper.ts'
import { failedOutcome } from '../../verify/outcome.ts'
import type { Outcome, Problem, Verifier, VerifyProgress } from '../../verify/problem.ts'
import type { SearchTrace } from './search-trace.ts'

/** What a row says besides the outcome. */
export interface Question {
  readonly runId: string
  readonly imageIndex: number
  readonly label: number
  readonly target: number | null
  readonly predicted: number
  readonly epsilon: number
  readonly group: string
  readonly unstable: number | null
}

/** Whether the certificates of so many questions are kept. */
export function keepsProofs({ keepProofs }: Pick<VerifyOptions, 'keepProofs'>, questions: number): boolean {
  return keepProofs === 'always' || (keepProofs === 'auto' && questions <= fewQuestions)
}

/** Errors that must stop everything instead of becoming one image's verdict. */
const fatal: ReadonlySet<string> = new Set(['verify/soundness', 'job/cancelled'])

/**
 * Asks a verifier. An error of one image becomes its verdict.
 * @throws EspalierError 'verify/soundness'; 'job/cancelled' where the job was stopped before a definite answer
 */
export async function ask(
  verifier: Verifier,
  problem: Problem,
  seconds: number,
  signal: AbortSignal,
  report: (progress: VerifyProgress) => void,
  keeper?: SearchKeeper,
): Promise<Outcome> {
  const started = performance.now()
  let outcome: Outcome
  try {
    outcome = await verifier.verify(problem, { seconds }, signal, report, keeper)
  } catch (thrown) {
    if (signal.aborted || (thrown instanceof EspalierError && fatal.has(thrown.code))) throw thrown
    outcome = failedOutcome(verifier.name, (performance.now() - started) / 1000, thrown)
  }
  const definite = outcome.verdict === 'verified' || outcome.verdict === 'falsified'
  if (signal.aborted && !definite) {
    throw new EspalierError('job/cancelled', 'Verification was stopped.', 'Resume it: images that are done stay done.')
  }
  return outcome
}

/** Stores the counterexample (float64 input, then float64 logits), the certificate, how the search went, and the row. */
export async function recordOutcome(
  store: Store,
  verifier: VerifierName,
  question: Question,
  outcome: Outcome,
  certificate: Certificate | null = null,
  trace: SearchTrace | null = null,
): Promise<VerdictRow> {
  const { verdict, evidence, method, seconds, lowerBound, domains, witness, detail, error } = outcome
  const counterexample =
    witness === null ? null : await store.artifacts.put(witnessBytes(witness), 'application/x-espalier-witness')
  const row: VerdictRow = {
    ...question,
    verifier,
    verdict,
    evidence,
    method,
    seconds,
    lowerBound,
    domains,
    counterexample,
    certificate: certificate && (await store.artifacts.put(await packed(certificate), 'application/gzip')),
    search: trace && (await trace.write(store)),
    detail: { ...detail, ...(witness === null ? {} : { linf: witness.linf, margin: witness.margin }) },
    error: error ?? null,
    createdAt: new Date().toISOString(),
  }
  await store.verdicts.record(row)
  return row
}

/** As the file of `verify --certificate FILE.gz`. */
async function packed(certificate: Certificate): Promise<Uint8Array> {
  return await promisify(gzip)(encodeCertificate(certificate))
}

function witnessBytes({ input, output }: NonNullable<Outcome['witness']>): Uint8Array {
  const values = new Float64Array(input.length + output.length)
  values.set(input)
  values.set(output, input.length)
  return new Uint8Array(values.buffer)
}

/**
 * Rows of several verifiers about one question.
 * @throws EspalierError 'verify/soundness' where one says verified and another falsified
 */
export function requireAgreement(rows: readonly VerdictRow[]): void {
  const verified = rows.find(({ verdict }) => verdict === 'verified')
  const falsified = rows.find(({ verdict }) => verdict === 'falsified')
  if (!verified || !falsified) return
  throw new EspalierError(
    'verify/soundness',
    `image ${verified.imageIndex}: ${verified.verifier} says verified, ${falsified.verifier} says falsified`,
    'One of them is wrong: this is a bug in Espalier. Please report it with the model and the recipe.',
  )
}
