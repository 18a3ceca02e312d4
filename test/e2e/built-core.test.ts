// What `npm run build:electron` makes is the whole core: a job runs to its end from the built files alone.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { App, AppOptions } from '../../core/app.ts'
import { recipeSchema } from '../../core/contract/recipe.ts'

const root = join(import.meta.dirname, '../..')
const out = join(root, 'dist/electron')

describe('the core as built for Electron', () => {
  const home = mkdtempSync(join(tmpdir(), 'espalier-built-'))
  let app: App
  beforeAll(async () => {
    execFileSync(
      process.execPath,
      [
        join(root, 'node_modules/vite/bin/vite.js'),
        'build',
        '--config',
        'electron/vite.config.ts',
        '--logLevel',
        'error',
      ],
      { cwd: root },
    )
    const { createApp } = (await import(join(out, 'core/app.js'))) as {
      createApp: (options: AppOptions) => Promise<App>
    }
    app = await createApp({ home, shell: 'test' })
  })
  afterAll(async () => {
    await app.dispose()
    rmSync(home, { recursive: true, force: true })
  })

  it('has every file that is started by itself, and the preload as one script without schemas', () => {
    const started = [
      'electron/main.js',
      'electron/child.js',
      'core/jobs/child.js',
      'core/verify/milp/worker.js',
      'preload.cjs',
    ]
    expect(started.filter((file) => !existsSync(join(out, file)))).toEqual([])
  })

  it('finds its recipes and its version', async () => {
    expect((await app.api['recipes.list']({})).length).toBeGreaterThan(0)
    expect((await app.api['app.info']({})).version).toMatch(/^\d+\.\d+\.\d+$/)
  })

  it('trains and verifies, MILP worker included', async () => {
    const recipe = recipeSchema.parse({
      name: 'built',
      data: { source: 'sample', train: 500, test: 100 },
      variants: [
        { name: 'tiny', architecture: 'net1', train: { epochs: 1 }, simplify: { method: 'neuron', ratio: 0.9 } },
      ],
      verify: { epsilon: 0.005, method: 'milp', timeoutSeconds: 30, images: { select: 'first', count: 2 } },
    })
    const { id } = await app.api['jobs.start']({ recipe })
    const deadline = Date.now() + 120_000
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
