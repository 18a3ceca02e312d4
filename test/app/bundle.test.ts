// The reviewer's bundle of a real run: checked whole, refused when any part was altered, and harmless when made to harm.
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { strToU8, unzipSync, zipSync, type Unzipped } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkBundle, type BundleReport } from '../../core/app/bundle/check.ts'
import type { ImageManifest as Manifest } from '../../core/app/bundle/manifest.ts'
import { isBundle } from '../../core/app/bundle/read.ts'
import { writeBundle } from '../../core/app/bundle/write.ts'
import { DatasetShelf } from '../../core/app/datasets.ts'
import { exportRun } from '../../core/app/run-files.ts'
import type { RecipeInput } from '../../core/contract/recipe.ts'
import { importOnnx, parseInstances, parseResults, parseWitness, writeWitness } from '../../core/io/index.ts'
import { executeJob } from '../../core/jobs/execute/job.ts'
import { evaluate64 } from '../../core/nn/index.ts'
import { openJobHome, type JobHome } from '../jobs/job-support.ts'

let folder: string
let home: JobHome
let archive: Uint8Array
let files: Unzipped
let manifest: Manifest

const recipe: RecipeInput = {
  name: 'bundle',
  provider: 'cpu',
  data: { source: 'sample', train: 400, test: 60 },
  variants: [{ name: 'small', architecture: 'net1', train: { epochs: 3, batchSize: 32, validation: 0 } }],
  verify: {
    epsilon: 0.004,
    timeoutSeconds: 20,
    certify: 'always',
    keepProofs: true,
    images: { select: 'first', count: 8 },
  },
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'espalier-bundle-'))
  home = await openJobHome()
  const { store } = home
  const job = await home.insert(recipe)
  await executeJob(store, job, new AbortController().signal, () => undefined)
  const [run] = await store.runs.ofJob(job.id)
  const context = { store, shelf: new DatasetShelf(store), version: '0.0.0' }
  archive = Buffer.from((await exportRun(context, run.id, 'bundle')).base64, 'base64')
  files = unzipSync(archive)
  manifest = JSON.parse(Buffer.from(files['manifest.json']).toString('utf8')) as Manifest
}, 600_000)
afterAll(async () => {
  await home.dispose()
  rmSync(folder, { recursive: true })
})

const check = (path: string): Promise<BundleReport> => checkBundle(path, new AbortController().signal, () => undefined)

/** A bundle with changes, its manifest's hashes put right again as a forger would. */
function forged(changes: Record<string, Uint8Array | null>, edit: (manifest: Manifest) => Manifest = (m) => m): string {
  const all: Record<string, Uint8Array> = { ...files }
  for (const [name, content] of Object.entries(changes)) {
    if (content === null) Reflect.deleteProperty(all, name)
    else all[name] = content
  }
  const known = edit(manifest)
  const sha = (name: string): string => createHash('sha256').update(all[name]).digest('hex')
  const listed = known.files.map((file) =>
    file.name in all ? { name: file.name, bytes: all[file.name].length, sha256: sha(file.name) } : file,
  )
  all['manifest.json'] = strToU8(JSON.stringify({ ...known, files: listed }))
  return written(zipSync(all, { level: 1 }))
}

let count = 0
function written(bytes: Uint8Array): string {
  const path = join(folder, `forged-${(count += 1)}.zip`)
  writeFileSync(path, bytes)
  return path
}

const falsified = () => {
  const found = manifest.instances.find(({ witness }) => witness !== null)
  if (found?.witness == null) throw new Error('the run has no counterexample')
  return { ...found, witness: found.witness }
}
const certified = () => manifest.instances.filter(({ certificate }) => certificate !== null)
const textOf = (name: string): string => Buffer.from(files[name]).toString('utf8')

describe('a bundle', () => {
  it('is proved and replayed again, as an archive and as a folder', async () => {
    const path = written(archive)
    const asFolder = join(folder, 'as-folder')
    await writeBundle(asFolder, archive)
    for (const place of [path, asFolder]) {
      expect(await isBundle(place)).toBe(true)
      const { instances, proved, replayed, unproved, open, lowerBound } = await check(place)
      expect(instances).toBe(8)
      expect(proved).toBe(certified().length)
      expect(proved).toBeGreaterThan(0)
      expect(replayed).toBeGreaterThan(0)
      expect(proved + replayed + unproved.length + open).toBe(8)
      expect(lowerBound).toBeGreaterThan(0)
    }
    await expect(writeBundle(asFolder, archive)).rejects.toThrow('not empty')
  })

  it('is what other verifiers read: ONNX, instances, results, witnesses that the exported network is fooled by', async () => {
    expect(parseInstances(textOf('instances.csv'))).toHaveLength(8)
    expect([...parseResults(textOf('results.csv')).values()].map(({ word }) => word)).toContain('sat')
    const { network } = await importOnnx(files['model.onnx'])
    const { witness, label } = falsified()
    const output = evaluate64(network, parseWitness(textOf(witness)).input)
    expect(output.indexOf(Math.max(...output))).not.toBe(label)
  })

  it('holds a report that asks nothing of the network', () => {
    const report = textOf('report.html')
    expect(report).toContain('default-src &#39;none&#39;')
    expect(report).not.toMatch(/(src|href)="(?!data:)|<script|@import|url\(/)
  })
})

describe('an altered bundle is refused:', () => {
  const refused = (path: string, words: RegExp) => expect(check(path)).rejects.toThrow(words)

  it('a file that is not the one the manifest names', async () => {
    const all = { ...files, 'report.html': strToU8('<p>all verified</p>') }
    await expect(check(written(zipSync(all, { level: 1 })))).rejects.toMatchObject({ code: 'bundle/altered' })
  })

  it('another network under the same properties', async () => {
    const onnx = Uint8Array.from(files['model.onnx'])
    onnx[onnx.length >> 1] ^= 1
    await refused(forged({ 'model.onnx': onnx }), /model\.onnx is not what/)
  })

  it('a property about a smaller ball', async () => {
    const [{ property }] = manifest.instances
    const smaller = textOf(property).replace(/\(<= X_400 [\d.]+\)/, '(<= X_400 0.0)')
    expect(smaller).not.toBe(textOf(property))
    await refused(forged({ [property]: strToU8(smaller) }), /asks another question/)
  })

  it('a manifest that calls an open or falsified image verified, and results that do', async () => {
    const { image } = falsified()
    const edit = (m: Manifest): Manifest => ({
      ...m,
      instances: m.instances.map((one) => (one.image === image ? { ...one, verdict: 'verified' } : one)),
    })
    await refused(forged({}, edit), /results\.csv and the manifest differ/)
    await refused(forged({ 'results.csv': strToU8(textOf('results.csv').replace(',sat,', ',unsat,')) }), /results\.csv/)
  })

  it('a witness that is none, one outside the ball, and one with other outputs', async () => {
    const { witness } = falsified()
    const values = (input: number, output: number) =>
      textOf(witness)
        .replace(/\(X_0 [^)]*\)/, `(X_0 ${input})`)
        .replace(/\(Y_0 [^)]*\)/, `(Y_0 ${output})`)
    await refused(forged({ [witness]: strToU8(values(0.9, 0)) }), /outside the input box/)
    await refused(forged({ [witness]: strToU8(values(0, 1e6)) }), /other outputs/)
    await refused(forged({ [witness]: strToU8('sat\n((X_0 0.0)(Y_0 0.0))\n') }), /outside the input box/)
  })

  it('a robust image that is called falsified, with the image itself as its witness', async () => {
    const [{ image, row, property }] = certified()
    const pixels = new Float32Array(Uint8Array.from(files['images.npy'].slice(-8 * 784 * 4)).buffer)
    const input = Float64Array.from(pixels.slice(row * 784, (row + 1) * 784))
    const name = 'witnesses/made-up.txt'
    const edit = (m: Manifest): Manifest => ({
      ...m,
      files: [...m.files, { name, bytes: 0, sha256: '0'.repeat(64) }],
      instances: m.instances.map((one) =>
        one.image === image ? { ...one, verdict: 'falsified', witness: name } : one,
      ),
    })
    const line =
      textOf('results.csv')
        .split('\n')
        .find((text) => text.includes(property)) ?? ''
    const results = textOf('results.csv').replace(line, line.replace(',unsat,', ',sat,'))
    const content = writeWitness({ input, output: new Float64Array(10) })
    await refused(forged({ [name]: strToU8(content), 'results.csv': strToU8(results) }, edit), /is no counterexample/)
  })

  it('a certificate of another image, and one that is cut short', async () => {
    const [first, second] = certified()
    const [own, other] = [first.certificate ?? '', second.certificate ?? '']
    await expect(check(forged({ [own]: files[other] }))).rejects.toMatchObject({ code: 'certificate/foreign' })
    await expect(check(forged({ [own]: files[own].slice(0, 200) }))).rejects.toMatchObject({
      code: 'certificate/corrupt',
    })
  })

  it('a file too many, a file too few', async () => {
    await refused(forged({ 'extra.txt': strToU8('read me') }), /extra\.txt is in/)
    await refused(forged({ [falsified().witness]: null }), /is missing from/)
  })
})

describe('an archive made to harm', () => {
  it('names a file outside of itself', async () => {
    const path = written(zipSync({ ...files, '../outside.txt': strToU8('x') }, { level: 1 }))
    await expect(check(path)).rejects.toMatchObject({ code: 'bundle/corrupt' })
    const edit = (m: Manifest): Manifest => ({ ...m, files: [...m.files, { name: '../../etc/passwd', bytes: 1, sha256: '0'.repeat(64) }] }) // prettier-ignore
    await expect(check(forged({}, edit))).rejects.toMatchObject({ code: 'bundle/corrupt' })
  })

  it('leads out of its folder by a link', async () => {
    const place = join(folder, 'linked')
    mkdirSync(place)
    await writeBundle(place, archive)
    rmSync(join(place, 'model.onnx'))
    symlinkSync('/etc/hostname', join(place, 'model.onnx'))
    await expect(check(place)).rejects.toMatchObject({ code: 'bundle/corrupt' })
  })

  it('would unpack to far more than its size', async () => {
    const path = written(zipSync({ ...files, 'zeros.bin': new Uint8Array(80_000_000) }, { level: 1 }))
    await expect(check(path)).rejects.toThrow('far more than a bundle holds')
  })

  it('is no archive, or another one', async () => {
    const none = written(strToU8('PK\x03\x04 and nothing more'))
    expect(await isBundle(none)).toBe(true)
    await expect(check(none)).rejects.toMatchObject({ code: 'bundle/corrupt' })
    await expect(check(written(zipSync({ 'a.txt': strToU8('a') })))).rejects.toThrow('manifest.json is missing')
  })
})
