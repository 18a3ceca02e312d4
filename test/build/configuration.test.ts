// The packaging configurations, checked by the tools that read them.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { FuseV1Options } from '@electron/fuses'
import { describe, expect, it } from 'vitest'
import { configuration } from '../../build/electron-builder.config.ts'
import { fuses, fuseWire } from '../../build/fuses.ts'

const root = join(import.meta.dirname, '../..')
// electron-builder's own validator, resolved from electron-builder as it resolves it.
const load = createRequire(join(root, 'node_modules/electron-builder/package.json'))

interface BuilderConfig {
  readonly validateConfiguration: (config: unknown, logger: { add(): void; isEnabled: boolean }) => Promise<void>
}
interface ForgeResolver {
  readonly default: (directory: string) => Promise<{ packagerConfig: Record<string, unknown>; hooks: object }>
}

describe('electron-builder', () => {
  const { validateConfiguration } = load('app-builder-lib/out/util/config/config') as BuilderConfig
  const logger = { isEnabled: false, add: () => undefined }

  it('accepts the configuration', async () => {
    await expect(validateConfiguration(structuredClone(configuration), logger)).resolves.toBeUndefined()
  })

  it('would refuse a key it does not know', async () => {
    await expect(validateConfiguration({ ...configuration, asarUnpacked: [] }, logger)).rejects.toThrow(/asarUnpacked/)
  })

  it('makes the installers of all three systems', () => {
    expect(configuration.linux?.target).toEqual(['AppImage', 'deb'])
    expect(configuration.win?.target).toEqual(['nsis', 'zip'])
    expect(JSON.stringify(configuration.mac?.target)).toMatch(/dmg.*x64.*arm64.*zip/)
    expect([configuration.asar, configuration.publish]).toEqual([true, null])
  })

  it('has an icon large enough for every system', () => {
    const png = readFileSync(join(root, 'build/icons/icon.png'))
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1024, 1024])
  })
})

describe('fuses', () => {
  it('close every door and are the same for both tools', () => {
    expect(fuses).toMatchObject({
      runAsNode: false,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
    })
    expect(fuseWire[FuseV1Options.RunAsNode]).toBe(false)
    expect(fuseWire[FuseV1Options.OnlyLoadAppFromAsar]).toBe(true)
  })
})

describe('Forge', () => {
  it('resolves the configuration', async () => {
    const path = join(root, 'node_modules/@electron-forge/core/dist/util/forge-config.js')
    const { default: resolveConfig } = (await import(path)) as ForgeResolver
    const config = await resolveConfig(root)
    expect(config.packagerConfig).toMatchObject({ name: 'Espalier', executableName: 'espalier' })
    expect(Object.keys(config.hooks).sort()).toEqual(['generateAssets', 'packageAfterCopy'])
  })

  it('packages what the app needs and leaves the sources out', async () => {
    const { forgeConfig } = await import('../../forge.config.ts')
    const ignored = (path: string) =>
      (forgeConfig.packagerConfig?.ignore as readonly RegExp[]).some((pattern) => pattern.test(path))
    expect(['/core/app.ts', '/test', '/.git', '/renderer/App.svelte', '/docs'].map(ignored)).toEqual(
      Array(5).fill(true),
    )
    const kept = [
      '/dist/electron/core/app.js',
      '/dist/renderer/index.html',
      '/node_modules/zod/index.js',
      '/package.json',
    ]
    expect(kept.map(ignored)).toEqual(kept.map(() => false))
  })
})

describe('package.json', () => {
  it('starts what the build makes', () => {
    const { main } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { main: string }
    expect(main).toBe('dist/electron/electron/main.js')
  })
})
