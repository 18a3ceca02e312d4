// What electron-builder packs is the whole core and nothing else: a job runs to its end from the packed files alone.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { App, AppOptions } from '../../core/app.ts'
import { recipeSchema } from '../../core/contract/recipe.ts'
import { writeStandInElectron } from './shell/stand-in-dist.ts'

/** The states of fuses, as they stand in the program (Electron's documentation, Fuses). */
const [disabled, enabled] = ['0'.charCodeAt(0), '1'.charCodeAt(0)]

interface Asar {
  readonly listPackage: (archive: string, options: { isPack: boolean }) => string[]
  readonly extractAll: (archive: string, folder: string) => void
}

const root = join(import.meta.dirname, '../..')
const load = createRequire(join(root, 'node_modules/app-builder-lib/package.json'))
const { listPackage, extractAll } = load('@electron/asar') as Asar

function run(file: string, ...args: string[]): void {
  execFileSync(process.execPath, [join(root, 'node_modules', file), ...args], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] }) // prettier-ignore
}

// The stand-in for Electron's binary has the shape of the one for Linux.
describe.runIf(process.platform === 'linux')('the app as packaged', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'espalier-packaged-'))
  const out = join(scratch, 'out/linux-unpacked')
  const archive = join(out, 'resources/app.asar')
  const extracted = join(scratch, 'extracted')
  let app: App
  beforeAll(async () => {
    const electron = join(scratch, 'electron')
    writeStandInElectron(electron)
    run('vite/bin/vite.js', 'build', '--config', 'electron/vite.config.ts', '--logLevel', 'error')
    run(
      'electron-builder/cli.js',
      ...['--config', 'build/electron-builder.config.ts', '--linux', 'dir', '--publish', 'never'],
      ...[`-c.electronDist=${electron}`, `-c.directories.output=${join(scratch, 'out')}`],
    )
    extractAll(archive, extracted)
    const { createApp } = (await import(join(extracted, 'dist/electron/core/app.js'))) as {
      createApp: (options: AppOptions) => Promise<App>
    }
    app = await createApp({ home: join(scratch, 'home'), shell: 'test' })
  }, 600_000)
  afterAll(async () => {
    await app.dispose()
    rmSync(scratch, { recursive: true, force: true })
  })

  it('has every file that is started by itself, and the page', () => {
    const started = [
      ...['electron/main.js', 'electron/child.js', 'core/jobs/child.js', 'core/verify/milp/worker.js', 'preload.cjs'],
    ].map((file) => `dist/electron/${file}`)
    const needed = [...started, 'dist/renderer/index.html', 'package.json', 'LICENSE']
    expect(needed.filter((file) => !existsSync(join(extracted, file)))).toEqual([])
  })

  it('has no sources, tests, tools for development or maps', () => {
    const packed = listPackage(archive, { isPack: false }).map((path) => path.slice(1))
    const top = new Set(packed.map((path) => path.split('/')[0]))
    expect([...top].sort()).toEqual(['LICENSE', 'dist', 'node_modules', 'package.json'])
    expect(packed.filter((path) => /^dist\/.*\.(ts|svelte|map)$|\.map$/.test(path))).toEqual([])
    const tools = ['vitest', 'electron', 'vite', 'typescript', 'svelte', 'playwright-core']
    expect(tools.filter((name) => packed.includes(`node_modules/${name}`))).toEqual([])
  })

  it('has the binaries of this system alone, outside the archive, where the system can load them', () => {
    const binaries = readdirSync(`${archive}.unpacked`, { recursive: true, encoding: 'utf8' }).filter((path) =>
      /\.(node|so|so\.\d|dylib|dll|wasm)$/.test(path),
    )
    const here = `${process.platform}/${process.arch}`
    expect(binaries.sort()).toEqual([
      `node_modules/better-sqlite3/prebuilds/${process.platform}-${process.arch}.node`,
      'node_modules/highs/build/highs.wasm',
      `node_modules/onnxruntime-node/bin/napi-v6/${here}/libonnxruntime.so.1`,
      `node_modules/onnxruntime-node/bin/napi-v6/${here}/onnxruntime_binding.node`,
    ])
  })

  it('has its fuses set', async () => {
    const wire = await getCurrentFuseWire(join(out, 'espalier'))
    const on = [FuseV1Options.EnableEmbeddedAsarIntegrityValidation, FuseV1Options.OnlyLoadAppFromAsar]
    const off = [
      ...[FuseV1Options.RunAsNode, FuseV1Options.EnableNodeOptionsEnvironmentVariable],
      ...[FuseV1Options.EnableNodeCliInspectArguments, FuseV1Options.GrantFileProtocolExtraPrivileges],
    ]
    expect(on.map((fuse) => wire[fuse])).toEqual(on.map(() => enabled))
    expect(off.map((fuse) => wire[fuse])).toEqual(off.map(() => disabled))
  })

  it('finds its recipes and its version', async () => {
    expect((await app.api['recipes.list']({})).length).toBeGreaterThan(0)
    expect((await app.api['app.info']({})).version).toMatch(/^\d+\.\d+\.\d+$/)
  })

  it('trains and verifies, MILP worker included', async () => {
    const recipe = recipeSchema.parse({
      name: 'packaged',
      data: { source: 'sample', train: 500, test: 100 },
      variants: [
        { name: 'tiny', architecture: 'net1', train: { epochs: 1 }, simplify: { method: 'neuron', ratio: 0.9 } },
      ],
      verify: { epsilon: 0.005, method: 'milp', timeoutSeconds: 30, images: { select: 'first', count: 2 } },
    })
    const { id } = await app.api['jobs.start']({ recipe })
    const deadline = Date.now() + 200_000
    let job = (await app.api['jobs.get']({ id })).job
    while (['queued', 'running'].includes(job.state) && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 300))
      job = (await app.api['jobs.get']({ id })).job
    }
    expect([job.state, job.error]).toEqual(['done', null])
    const [run] = await app.api['runs.list']({ jobId: id, limit: 10, offset: 0 })
    const verdicts = await app.api['runs.verdicts']({ id: run.id })
    expect(verdicts.map(({ method }) => method)).not.toEqual([])
    expect(verdicts.every(({ verdict }) => verdict === 'verified' || verdict === 'falsified')).toBe(true)
  })
})
