// Writes the software bill of materials of what is shipped, CycloneDX by npm itself, after checking that nothing is missing. Run: node build/sbom.ts [FILE]
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

interface Component {
  readonly 'bom-ref': string
  readonly name: string
  readonly group?: string
  readonly version: string
}
export interface Bom {
  readonly bomFormat: string
  readonly components: readonly Component[]
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[]
}
interface Package {
  readonly version?: string
  readonly dev?: boolean
  readonly devOptional?: boolean
  readonly optional?: boolean
}
export interface Lock {
  readonly packages: Readonly<Record<string, Package>>
}

const root = join(import.meta.dirname, '..')

export function readLock(): Lock {
  return JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock
}

/**
 * What npm says is installed, of that what the lockfile does not mark as for development alone. (npm's own `--omit=dev`
 * leaves out what is needed by the app and by a development tool at once.)
 */
export function makeBom(lock: Lock): Bom {
  const onWindows = process.platform === 'win32'
  const args = ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application']
  const text = execFileSync('npm', args, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, shell: onWindows })
  const bom = JSON.parse(text) as Bom
  const shipped = new Set(namesOf(lock, ({ dev }) => dev !== true))
  const dropped = bom.components.filter((component) => !shipped.has(nameOf(component)))
  const gone = new Set(dropped.map((component) => component['bom-ref']))
  return {
    ...bom,
    components: bom.components.filter((component) => shipped.has(nameOf(component))),
    dependencies: bom.dependencies
      .filter(({ ref }) => !gone.has(ref))
      .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((one) => !gone.has(one)) })),
  }
}

/** Packages that the lockfile ships but the bill does not name, as `name@version`; optional ones may be of other systems. */
export function missingFrom(bom: Bom, lock: Lock): string[] {
  const named = new Set(bom.components.map(nameOf))
  const needed = namesOf(lock, ({ dev, devOptional, optional }) => !dev && !devOptional && !optional)
  return needed.filter((name) => !named.has(name))
}

function namesOf(lock: Lock, wanted: (entry: Package) => boolean): string[] {
  return Object.entries(lock.packages)
    .filter(([path, entry]) => path !== '' && wanted(entry))
    .map(([path, { version }]) => `${path.split('node_modules/').at(-1) ?? path}@${version ?? ''}`)
}

function nameOf({ group, name, version }: Component): string {
  return `${group === undefined || group === '' ? '' : `${group}/`}${name}@${version}`
}

if (process.argv[1] === import.meta.filename) {
  const file = process.argv[2] ?? join(root, 'out/sbom.cdx.json')
  const lock = readLock()
  const bom = makeBom(lock)
  const missing = missingFrom(bom, lock)
  if (missing.length > 0) {
    process.stderr.write(`The bill of materials lacks: ${missing.join(', ')}. Run npm ci first.\n`)
    process.exit(1)
  }
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${JSON.stringify(bom, null, 2)}\n`)
  process.stdout.write(`${bom.components.length} packages: ${file}\n`)
}
