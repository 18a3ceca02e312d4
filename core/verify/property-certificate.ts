// The certificate of a property of files: the proofs of all problems it came apart into, or none.
import type { Certificate } from '../certify/certificate.ts'
import { networkHash } from '../nn/index.ts'
import type { Outcome } from './outcome.ts'
import type { Problem } from './problem.ts'

/**
 * All proofs together; null where a problem has none, and where there is nothing to prove.
 * @param files names of network and property, by which a reader finds them again
 * @param outcomes one for each problem, as `verifyProblems` gives them
 */
export function propertyCertificate(
  files: { readonly onnx: string; readonly vnnlib: string },
  problems: readonly Problem[],
  outcomes: readonly (Outcome | null)[],
): Certificate | null {
  const claims = problems.flatMap(({ box, property }, i) => {
    const proof = outcomes[i]?.proof
    return proof ? [{ image: null, box, property, proof }] : []
  })
  if (claims.length === 0 || claims.length < problems.length) return null
  return { network: networkHash(problems[0].network), question: { kind: 'files', ...files }, claims }
}
