// `espalier check`: a certificate proved again from the network's parameters and the property, without search and engine.
import { access } from 'node:fs/promises'
import type { Certificate, CertifiedClaim } from '../certify/certificate.ts'
import { checkCertificate } from '../certify/check-certificate.ts'
import type { CheckReport, Claim } from '../certify/check.ts'
import { foreign } from '../certify/failure.ts'
import { prepareGraph } from '../certify/graph.ts'
import { EspalierError } from '../contract/errors.ts'
import { translateOnnxFile } from '../io/onnx/read.ts'
import { bindProperty } from '../io/vnnlib/bind.ts'
import { readVnnlibFile } from '../io/vnnlib/parse.ts'
import type { Network } from '../nn/network.ts'
import { networkHash } from '../nn/serialize.ts'
import { violationProblems } from '../verify/vnnlib-problem.ts'

/** A network and what should hold of it. */
export interface Subject {
  readonly network: Network
  readonly claims: readonly Claim[]
}

export interface CheckedCertificate extends CheckReport {
  readonly claims: number
  readonly seconds: number
}

/** The network and the property of files: those given, else those that the certificate names. */
export async function subjectOfFiles(
  certificate: Certificate,
  given: { readonly onnx?: string; readonly vnnlib?: string },
): Promise<Subject> {
  const named = certificate.question.kind === 'files' ? certificate.question : null
  const onnx = given.onnx ?? named?.onnx
  const vnnlib = given.vnnlib ?? named?.vnnlib
  if (onnx === undefined || vnnlib === undefined) throw foreign('images of a data set and not files')
  if (given.onnx === undefined) await requireNamed('network', onnx)
  if (given.vnnlib === undefined) await requireNamed('property', vnnlib)
  const [model, property] = await Promise.all([translateOnnxFile(onnx), readVnnlibFile(vnnlib)])
  return { network: model.network, claims: violationProblems(model.network, bindProperty(property, model)) }
}

/** A file that only the certificate names, from where it was written. @throws EspalierError 'input/not-found' */
async function requireNamed(what: 'network' | 'property', path: string): Promise<void> {
  const there = await access(path).then(
    () => true,
    () => false,
  )
  if (there) return
  const hint = 'Give both files: espalier check CERTIFICATE --onnx NETWORK --vnnlib PROPERTY.'
  throw new EspalierError('input/not-found', `The certificate names its ${what} ${path}, which is not here.`, hint)
}

/** @throws EspalierError 'certificate/foreign', 'certificate/unproved', 'certificate/corrupt', 'certificate/unsupported' */
export async function checkSubject(
  certificate: Certificate,
  { network, claims }: Subject,
  signal: AbortSignal,
  proved: (claim: CertifiedClaim, report: CheckReport) => void,
): Promise<CheckedCertificate> {
  const started = performance.now()
  const report = await checkCertificate({
    certificate,
    graph: prepareGraph(network),
    networkHash: networkHash(network),
    claims,
    pace: { signal },
    proved,
  })
  return { ...report, claims: claims.length, seconds: (performance.now() - started) / 1000 }
}
