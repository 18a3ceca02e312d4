// Checks a whole certificate against the network and, where they are known, the questions it should answer.
import type { Certificate, CertifiedClaim } from './certificate.ts'
import { checkProof, type CheckReport, type Claim } from './check.ts'
import { foreign, malformed } from './failure.ts'
import type { Graph } from './graph.ts'
import { Pace, type PaceOptions } from './pace.ts'

export interface CertificateTask {
  readonly certificate: Certificate
  /** Prepared from the network's parameters, with the hash of the network it was prepared from. */
  readonly graph: Graph
  readonly networkHash: string
  /** What should be proved, in order; all of it and nothing else. */
  readonly claims: readonly Claim[]
  readonly pace?: PaceOptions
  /** Told after each claim. */
  readonly proved?: (claim: CertifiedClaim, report: CheckReport) => void
}

/**
 * @throws EspalierError 'certificate/foreign' for another network or other claims; 'certificate/unproved' and
 *   'certificate/corrupt' as `checkProof`
 */
export async function checkCertificate(task: CertificateTask): Promise<CheckReport> {
  const { certificate, graph, claims, proved } = task
  if (certificate.network !== task.networkHash) throw foreign('another network')
  if (certificate.claims.length === 0) throw malformed('it claims nothing')
  if (certificate.claims.length !== claims.length)
    throw foreign(`${certificate.claims.length} problems where the property has ${claims.length}`)
  let leaves = 0
  let lowerBound = Infinity
  for (const [i, claim] of certificate.claims.entries()) {
    requireSame(claim, claims[i])
    const report = await checkProof(graph, claims[i], claim.proof, new Pace(task.pace))
    leaves += report.leaves
    lowerBound = Math.min(lowerBound, report.lowerBound)
    proved?.(claim, report)
  }
  return { leaves, lowerBound }
}

function requireSame(found: Claim, wanted: Claim): void {
  const { box, property } = found
  if (!same(box.lower, wanted.box.lower) || !same(box.upper, wanted.box.upper)) throw foreign('another box')
  const { kind, rows } = property
  const other = wanted.property
  const equal =
    kind === other.kind &&
    rows.rows === other.rows.rows &&
    same(rows.coefficients, other.rows.coefficients) &&
    same(rows.offsets, other.rows.offsets)
  if (!equal) throw foreign('another property')
}

/** Equal numbers; −0 and 0 are one. */
function same(a: Float64Array, b: Float64Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i])
}
