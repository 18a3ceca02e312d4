// Certificates about images of the history: taken out of a run, and their questions put again from model and data.
import { gunzip } from 'node:zlib'
import { promisify } from 'node:util'
import type { Certificate, CertifiedClaim } from '../certify/certificate.ts'
import { foreign, malformed } from '../certify/failure.ts'
import { decodeCertificate } from '../certify/format.ts'
import { EspalierError } from '../contract/errors.ts'
import { loadModel } from '../jobs/execute/models.ts'
import { robustness } from '../verify/problem.ts'
import type { Store } from '../store/store.ts'
import type { Subject } from './check-certificate.ts'
import { DatasetShelf } from './datasets.ts'
import { openHome } from './open-home.ts'

/**
 * The proofs of all images of a run, or of the one property that a check asked, as one certificate.
 * @throws EspalierError 'store/missing' where there is none, or several properties have each their own
 */
export async function certificateOfRun(store: Store, runId: string): Promise<Certificate> {
  const parts: Certificate[] = []
  const seen = new Set<string>()
  for (const { imageIndex, target, certificate } of await store.verdicts.ofRun(runId)) {
    const key = `${imageIndex} ${target ?? ''}`
    if (certificate === null || seen.has(key)) continue
    seen.add(key)
    const bytes = await promisify(gunzip)(await store.artifacts.get(certificate))
    parts.push(decodeCertificate(bytes.toString('utf8')))
  }
  if (parts.length === 0)
    throw new EspalierError(
      'store/missing',
      `The run ${runId} has no certificates.`,
      'Verify with --certificate FILE, or with verify.keepProofs: always in the recipe.',
    )
  if (parts.length > 1 && parts[0].question.kind === 'files')
    throw new EspalierError(
      'store/missing',
      `The run ${runId} has ${parts.length} certificates, each of a property of its own.`,
      `Save them one by one in the app, or all with espalier report ${runId} --bundle FILE.zip.`,
    )
  return { ...parts[0], claims: parts.flatMap(({ claims }) => claims) }
}

/**
 * The model that a certificate names (or `model`) with the questions about its images, from the data it was verified with.
 * @throws EspalierError 'certificate/foreign', 'store/*', 'data/*'
 */
export async function subjectOfImages(home: string, certificate: Certificate, model?: string): Promise<Subject> {
  const { question } = certificate
  if (question.kind !== 'images') throw foreign('files and not a model of the history')
  const { store } = await openHome(home, 'read')
  try {
    const { network } = await loadModel(store, model ?? question.model)
    const dataset = (await store.datasets.list()).find(({ hash }) => hash === question.dataset)
    if (!dataset) throw foreign('images that this history does not know')
    const { test } = await new DatasetShelf(store).reopen(dataset.id)
    return { network, claims: certificate.claims.map((claim) => claimAgain(network, test, claim)) }
  } finally {
    await store.close()
  }
}

function claimAgain(
  network: Subject['network'],
  test: { readonly count: number; readonly labels: Uint8Array; image(index: number): Float32Array },
  { image }: CertifiedClaim,
): Subject['claims'][number] {
  if (!image || image.index >= test.count) throw malformed('a claim names no image')
  const { index, label, target, epsilon, clip } = image
  if (test.labels[index] !== label) throw foreign(`image ${index} with label ${label}, which is ${test.labels[index]}`)
  const common = { network, image: test.image(index), label, epsilon, clip }
  return robustness(target === null ? common : { ...common, target })
}
