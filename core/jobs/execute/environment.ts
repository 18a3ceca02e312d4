// What decides a result besides the recipe: versions, provider, hardware; stored with every job.
import { readFileSync } from 'node:fs'
import { availableParallelism, arch, cpus, platform, release, totalmem } from 'node:os'
import type { ComputeSettings } from '../../contract/compute.ts'
import type { Engine } from '../../engine/engine.ts'
import { memoryCap } from '../../verify/memory.ts'

interface PackageFile {
  readonly version: string
  readonly dependencies?: Readonly<Record<string, string>>
}

const decisive = ['@tensorflow/tfjs-core', 'onnxruntime-node', 'highs']

/** Words by name, for `job.environment`. */
export function describeEnvironment(engine: Engine, { threads, memory }: ComputeSettings): Record<string, string> {
  const own = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as PackageFile
  const versions = decisive.map((name) => [name, own.dependencies?.[name] ?? 'unknown'] as const)
  return {
    espalier: own.version,
    node: process.versions.node,
    ...Object.fromEntries(versions),
    provider: engine.provider,
    'provider chosen because': engine.choice.reason,
    threads: threads === 0 ? 'physical cores' : String(threads),
    cpu: `${cpus().at(0)?.model.trim() ?? 'unknown'} (${availableParallelism()} available)`,
    memory: `${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
    'memory cap': `${(memoryCap(memory) / 2 ** 30).toFixed(1)} GiB`,
    system: `${platform()} ${release()} ${arch()}`,
  }
}
