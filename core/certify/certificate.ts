// A certificate: the claims about one network that have a proof, and the proofs.
import type { Claim } from './check.ts'
import type { Proof } from './proof.ts'

/** Where a claim comes from, so that it can be put again. */
export type Question =
  | { readonly kind: 'files'; readonly onnx: string; readonly vnnlib: string }
  | {
      readonly kind: 'images'
      /** Id of the model in the history it was verified in. */
      readonly model: string
      /** Content hash of the test images. */
      readonly dataset: string
    }

/** The robustness question about one image. */
export interface ImageQuestion {
  readonly index: number
  readonly label: number
  readonly target: number | null
  readonly epsilon: number
  readonly clip: boolean
}

export interface CertifiedClaim extends Claim {
  /** null where the question is about files. */
  readonly image: ImageQuestion | null
  readonly proof: Proof
}

export interface Certificate {
  /** `networkHash` of the original network: structure and every bit of the parameters. */
  readonly network: string
  readonly question: Question
  /** All of them together are the property where the question is about files. */
  readonly claims: readonly CertifiedClaim[]
}
