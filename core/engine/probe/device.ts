// What can be known, without asking the GPU, about the machine behind a provider.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import type { ProviderName } from '../program.ts'
import { physicalCores } from '../run/cores.ts'

export interface DeviceDescription {
  readonly device: string | null
  /** True for a GPU drawn by the processor; null where it cannot be known. */
  readonly software: boolean | null
}

export interface Surroundings {
  readonly platform: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly exists: (path: string) => boolean
  readonly list: (path: string) => readonly string[]
}

const here: Surroundings = {
  platform: process.platform,
  environment: process.env,
  exists: existsSync,
  list: (path) => (existsSync(path) ? readdirSync(path) : []),
}

const softwareDrivers = [
  { pattern: /swiftshader/i, name: 'SwiftShader' },
  { pattern: /lvp|llvmpipe/i, name: 'llvmpipe' },
] as const

export function describeDevice(provider: ProviderName, surroundings: Surroundings = here): DeviceDescription {
  if (provider === 'cpu' || provider === 'tfjs-cpu') {
    const model = cpus().at(0)?.model ?? 'processor'
    const cores = physicalCores()
    return { device: `${model.trim()}, ${cores} ${cores === 1 ? 'core' : 'cores'}`, software: false }
  }
  if (provider === 'webgpu') return describeVulkan(surroundings)
  return { device: surroundings.platform === 'linux' ? nvidiaName(surroundings) : null, software: false }
}

/** ONNX Runtime does not name its WebGPU adapter; on Linux the Vulkan driver in use gives it away. */
function describeVulkan(surroundings: Surroundings): DeviceDescription {
  if (surroundings.platform !== 'linux') return { device: null, software: null }
  const { VK_DRIVER_FILES: files, VK_ICD_FILENAMES: oldFiles } = surroundings.environment
  const chosen = files ?? oldFiles
  if (chosen !== undefined) return fromDrivers(chosen.split(':'), surroundings)
  return fromDrivers(surroundings.list('/usr/share/vulkan/icd.d'), surroundings)
}

function fromDrivers(drivers: readonly string[], surroundings: Surroundings): DeviceDescription {
  const names = drivers.map((driver) => softwareDrivers.find(({ pattern }) => pattern.test(driver))?.name ?? null)
  const software = names.find((name) => name !== null) ?? null
  if (drivers.length > 0 && software !== null && !names.includes(null)) {
    return { device: `${software} (drawn by the processor)`, software: true }
  }
  if (!hasGraphicsCard(surroundings))
    return { device: 'no graphics card found: drawn by the processor', software: true }
  return { device: nvidiaName(surroundings), software: null }
}

function hasGraphicsCard(surroundings: Surroundings): boolean {
  const rendering = surroundings.list('/dev/dri').some((name) => name.startsWith('renderD'))
  return rendering || surroundings.exists('/dev/nvidia0') || surroundings.exists('/dev/dxg')
}

/** The model NVIDIA's kernel module gives for the first card. */
function nvidiaName({ list }: Surroundings): string | null {
  const folder = '/proc/driver/nvidia/gpus'
  const card = list(folder).at(0)
  if (card === undefined) return null
  const information = readFileSync(`${folder}/${card}/information`, 'utf8')
  return /^Model:\s*(.+)$/m.exec(information)?.[1] ?? null
}
