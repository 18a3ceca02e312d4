// What a release is made by: the workflow names only scripts and files that are there, the bill of materials is complete.
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { checksumsOf } from '../../build/checksums.ts'
import { configuration } from '../../build/electron-builder.config.ts'
import { makeBom, missingFrom, readLock } from '../../build/sbom.ts'

const root = join(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')

interface Step {
  readonly run?: string
  readonly uses?: string
}
interface Workflow {
  readonly permissions: Record<string, string>
  readonly jobs: Record<string, { steps: Step[]; strategy?: { matrix: { include: { os: string; app: string }[] } } }>
}

describe('the workflow', () => {
  const workflow = parse(read('.github/workflows/build.yml')) as Workflow
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps)
  const commands = steps.flatMap(({ run }) => (run === undefined ? [] : [run]))

  it('runs only scripts of package.json and files of the repository', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    const named = commands.flatMap((text) => [...text.matchAll(/npm run (\S+)/g)].map(([, name]) => name))
    expect(named.length).toBeGreaterThan(1)
    expect(named.filter((name) => !(name in scripts))).toEqual([])
    const files = commands.flatMap((text) => [...text.matchAll(/\b(build\/[\w.-]+\.ts)/g)].map(([, file]) => file))
    expect(new Set(files)).toEqual(
      new Set(['build/electron-builder.config.ts', 'build/smoke.ts', 'build/sbom.ts', 'build/checksums.ts']),
    )
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([])
  })

  it('builds and starts the app on all three systems, and may write nothing', () => {
    const systems = workflow.jobs['package'].strategy?.matrix.include ?? []
    expect(systems.map(({ os }) => os.split('-')[0])).toEqual(['ubuntu', 'windows', 'macos'])
    for (const { app } of systems) expect(app).toMatch(/^out\/.*espalier/i)
    expect(workflow.permissions).toEqual({ contents: 'read' })
    expect(steps.flatMap(({ uses }) => (uses === undefined ? [] : [uses.split('@')[0]])).sort()).toEqual([
      ...['actions/checkout', 'actions/checkout', 'actions/setup-node', 'actions/setup-node'],
      'actions/upload-artifact',
    ])
  })

  it('looks for the Linux program under the name that electron-builder gives it', () => {
    expect(configuration.linux?.executableName).toBe('espalier')
  })
})

describe('the bill of materials', () => {
  it('names every package that is shipped, with its version, and would tell where one is missing', () => {
    const lock = readLock()
    const bom = makeBom(lock)
    expect(bom.bomFormat).toBe('CycloneDX')
    expect(missingFrom(bom, lock)).toEqual([])
    const without = { ...bom, components: bom.components.filter(({ name }) => name !== 'zod') }
    expect(missingFrom(without, lock)).toEqual([expect.stringMatching(/^zod@4/)])
    expect(bom.components.map(({ name }) => name)).not.toContain('vitest')
    const known = new Set(bom.dependencies.map(({ ref }) => ref))
    expect(bom.dependencies.flatMap(({ dependsOn = [] }) => dependsOn).filter((ref) => !known.has(ref))).toEqual([])
  })
})

describe('checksums', () => {
  it('are of the installers alone, as sha256sum reads them', () => {
    const folder = mkdtempSync(join(tmpdir(), 'espalier-sums-'))
    for (const name of ['b.deb', 'a.AppImage', 'builder-debug.yml']) writeFileSync(join(folder, name), name)
    const sum = (text: string) => createHash('sha256').update(text).digest('hex')
    expect(checksumsOf(folder)).toBe(`${sum('a.AppImage')}  a.AppImage\n${sum('b.deb')}  b.deb\n`)
    rmSync(folder, { recursive: true })
  })
})
