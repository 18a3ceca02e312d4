// The WebGPU provider agrees with the processor, on a real GPU where there is one and on SwiftShader otherwise.
import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import type { Findings } from './webgpu/child.ts'

const swiftShader = '/usr/lib/chromium/vk_swiftshader_icd.json'
const loaders = ['/usr/lib/x86_64-linux-gnu/libvulkan.so.1', '/usr/lib/aarch64-linux-gnu/libvulkan.so.1']
const driverFolder = '/usr/share/vulkan/icd.d'

/** The environment of a process in which WebGPU should work, or why there is none. */
function environment(): NodeJS.ProcessEnv | string {
  if (process.platform !== 'linux') return process.env
  if (!loaders.some(existsSync)) return 'libvulkan.so.1 is not installed (Debian: apt-get install libvulkan1)'
  const card = existsSync('/dev/dri') && existsSync(driverFolder) && readdirSync(driverFolder).length > 0
  if (card && process.env['ESPALIER_TEST_GPU'] !== undefined) return process.env
  if (!existsSync(swiftShader)) return `${swiftShader} does not exist (Debian: apt-get install chromium)`
  return { ...process.env, VK_ICD_FILENAMES: swiftShader, VK_DRIVER_FILES: swiftShader }
}

const where = environment()
if (typeof where === 'string') process.stderr.write(`SKIPPED: WebGPU is not tested here: ${where}\n`)

test.skipIf(typeof where === 'string')(
  'kernels of every family, a second-order training step and an α-CROWN iteration agree with the processor',
  async () => {
    const env = typeof where === 'string' ? {} : where
    const child = await promisify(execFile)(process.execPath, [`${import.meta.dirname}/webgpu/child.ts`], { env })
    const findings = JSON.parse(child.stdout.trim().split('\n').at(-1) ?? '') as Findings
    expect(findings.differences).toEqual([])
    expect(findings.programs).toBe(13)
    expect(findings.report).toMatchObject({ available: true, selfTest: true })
    if (env['VK_DRIVER_FILES'] === swiftShader) {
      expect(findings.report.software).toBe(true)
      expect(findings.choice).toBe('cpu')
    }
  },
  300_000,
)
