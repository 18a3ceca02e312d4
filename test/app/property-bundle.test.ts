// The bundle of a check of properties: proved and replayed again from its files alone, refused where any of them was changed.
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { strToU8, unzipSync, zipSync, type Unzipped } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkBundle } from '../../core/app/bundle/check.ts'
import { PROPERTY_FORMAT, type PropertyManifest } from '../../core/app/bundle/manifest.ts'
import { readCertificate } from '../../core/app/certificate-file.ts'
import { checkSubject, subjectOfFiles } from '../../core/app/check-certificate.ts'
import { getCertificate } from '../../core/app/checks.ts'
import { DatasetShelf } from '../../core/app/datasets.ts'
import { exportRun, reportRuns } from '../../core/app/run-files.ts'
import { exportOnnx, parseResults } from '../../core/io/index.ts'
import { executeJob } from '../../core/jobs/execute/job.ts'
import { importFiles } from '../../core/jobs/files/inspect.ts'
import { diamond, hardNetwork, writeFiles } from '../cli/files.ts'
import { openJobHome, type JobHome } from '../jobs/job-support.ts'

const folder = mkdtempSync(join(tmpdir(), 'espalier-property-bundle-'))
const given = writeFiles(folder)
/** One problem that holds, one with a counterexample, two problems that both hold. */
const names = ['holds', 'fails', 'none'] as const
let home: JobHome
let runId: string
let archive: Uint8Array
let files: Unzipped
let manifest: PropertyManifest
const context = () => ({ store: home.store, shelf: new DatasetShelf(home.store), version: '0.0.0' })

beforeAll(async () => {
  home = await openJobHome()
  const { store } = home
  const network = { path: given.onnx('diamond'), name: 'diamond.onnx' }
  const properties: { name: string; file: string }[] = []
  let from = ''
  for (const name of names) {
    const { modelId, property } = await importFiles(store, network, { path: given.vnnlib(name), name })
    properties.push({ name: `${name}.vnnlib`, file: property ?? '' })
    from = `model:${modelId}`
  }
  const job = await home.insert({
    name: 'asked',
    provider: 'cpu',
    variants: [{ name: 'diamond', from }],
    properties,
    verify: { timeoutSeconds: 20, certify: 'always', keepProofs: true },
  })
  await executeJob(store, job, new AbortController().signal, () => undefined)
  const [run] = await store.runs.ofJob(job.id)
  runId = run.id
  archive = Buffer.from((await exportRun(context(), runId, 'bundle')).base64, 'base64')
  files = unzipSync(archive)
  manifest = JSON.parse(textOf('manifest.json')) as PropertyManifest
}, 60_000)
afterAll(async () => {
  await home.dispose()
  rmSync(folder, { recursive: true })
})

const textOf = (name: string): string => Buffer.from(files[name]).toString('utf8')
const check = (path: string) => checkBundle(path, new AbortController().signal, () => undefined)
let count = 0
function written(bytes: Uint8Array): string {
  const path = join(folder, `bundle-${(count += 1)}.zip`)
  writeFileSync(path, bytes)
  return path
}
const same = (one: PropertyManifest): PropertyManifest => one
/** With changes, the hashes put right again as a forger would. */
function forged(
  changes: Record<string, Uint8Array>,
  edit: (manifest: PropertyManifest) => PropertyManifest = same,
): string {
  const all: Record<string, Uint8Array> = { ...files, ...changes }
  const known = edit(manifest)
  const listed = known.files.map(({ name }) => ({
    name,
    bytes: all[name].length,
    sha256: createHash('sha256').update(all[name]).digest('hex'),
  }))
  all['manifest.json'] = strToU8(JSON.stringify({ ...known, files: listed }))
  return written(zipSync(all, { level: 1 }))
}
const instance = (name: (typeof names)[number]) => manifest.instances[names.indexOf(name)]

describe('the bundle of a check', () => {
  it('is proved and replayed again, the network and the properties as they were given', async () => {
    expect(manifest.format).toBe(PROPERTY_FORMAT)
    expect(manifest.instances.map(({ verdict, evidence }) => [verdict, evidence])).toEqual([
      ['verified', 'certified'],
      ['falsified', 'replayed'],
      ['verified', 'certified'],
    ])
    const report = await check(written(archive))
    expect(report).toMatchObject({ instances: 3, proved: 2, replayed: 1, unproved: [], open: 0 })
    expect(report.lowerBound).toBeGreaterThan(0)
    expect(Buffer.from(files['model.onnx'])).toEqual(Buffer.from(exportOnnx(diamond)))
    const words = [...parseResults(textOf('results.csv')).values()].map(({ word }) => word)
    expect(words).toEqual(['unsat', 'sat', 'unsat'])
  })

  it('has a report that names every property and its counterexample, and no figure of images', async () => {
    const report = textOf('report.html')
    for (const words of ['holds.vnnlib', 'fails.vnnlib', 'Y_0 ≥ 1.9 and Y_1 ≤ -1.8', 'Counterexample', 'certified'])
      expect(report).toContain(words)
    expect(report).not.toMatch(/Accuracy|<script|(src|href)="(?!data:)/)
    expect((await reportRuns(context(), [runId])).name).toMatch(/\.html$/)
  })
})

describe('the certificate of one property', () => {
  async function saved(index: number): Promise<string> {
    const { name, base64 } = await getCertificate(home.store, runId, index)
    const path = join(folder, `${index}-${name}`)
    writeFileSync(path, Buffer.from(base64, 'base64'))
    return path
  }
  const proved = async (path: string, onnx: string, vnnlib: string) => {
    const certificate = await readCertificate(path)
    const subject = await subjectOfFiles(certificate, { onnx, vnnlib })
    return checkSubject(certificate, subject, new AbortController().signal, () => undefined)
  }

  it('is proved from the files, and is about no other network or property', async () => {
    const [one, two] = [await saved(0), await saved(2)]
    expect(one).toMatch(/holds\.certificate\.json\.gz$/)
    expect(await proved(one, given.onnx('diamond'), given.vnnlib('holds'))).toMatchObject({ claims: 1 })
    expect(await proved(two, given.onnx('diamond'), given.vnnlib('none'))).toMatchObject({ claims: 2 })
    const foreign = { code: 'certificate/foreign' }
    await expect(proved(one, given.onnx('diamond'), given.vnnlib('fails'))).rejects.toMatchObject(foreign)
    await expect(proved(one, given.onnx('hard'), given.vnnlib('hard'))).rejects.toMatchObject(foreign)
  })

  it('is there for what was certified only; of several each has its own', async () => {
    await expect(getCertificate(home.store, runId, 1)).rejects.toMatchObject({ code: 'store/missing' })
    await expect(exportRun(context(), runId, 'certificate')).rejects.toThrow('each of a property of its own')
  })
})

describe('an altered bundle of a check is refused:', () => {
  const refused = (path: string, words: RegExp) => expect(check(path)).rejects.toThrow(words)

  it('another model, and one that cannot be read', async () => {
    await refused(forged({ 'model.onnx': exportOnnx(hardNetwork()) }), /is not the network/)
    await refused(forged({ 'model.onnx': strToU8('no model') }), /cannot be read/)
  })

  it('a property that is weaker than what is claimed', async () => {
    const { property } = instance('holds')
    const other = strToU8(textOf(property).replace('2.01', '1.99'))
    await expect(check(forged({ [property]: other }))).rejects.toMatchObject({ code: 'certificate/foreign' })
    const fails = instance('fails').property
    await refused(forged({ [fails]: strToU8(textOf(fails).replace('-1.8', '-2.5')) }), /is no counterexample/)
  })

  it('the certificate of another property, and a verdict turned round', async () => {
    const [own, other] = [instance('holds').certificate ?? '', instance('none').certificate ?? '']
    await expect(check(forged({ [own]: files[other] }))).rejects.toMatchObject({ code: 'certificate/foreign' })
    const turned = (m: PropertyManifest): PropertyManifest => ({
      ...m,
      instances: m.instances.map((one) => (one.name === 'fails.vnnlib' ? { ...one, verdict: 'verified' } : one)),
    })
    await refused(forged({}, turned), /results\.csv and the manifest differ/)
  })

  it('a witness outside the box, and one that states other outputs', async () => {
    const witness = instance('fails').witness ?? ''
    const changed = (letter: string, value: number): Uint8Array =>
      strToU8(textOf(witness).replace(new RegExp(`\\(${letter}_0 [^)]*\\)`), `(${letter}_0 ${value})`))
    await refused(forged({ [witness]: changed('X', 1.5) }), /outside the input box of fails\.vnnlib/)
    await refused(forged({ [witness]: changed('Y', 7) }), /other outputs/)
  })

  it('without its certificate a verified property is named as unproved', async () => {
    const without = (m: PropertyManifest): PropertyManifest => ({
      ...m,
      instances: m.instances.map((one) => (one.name === 'holds.vnnlib' ? { ...one, certificate: null } : one)),
    })
    expect(await check(forged({}, without))).toMatchObject({ proved: 1, unproved: ['holds.vnnlib'] })
  })
})
