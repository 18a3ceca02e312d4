// The packaging configurations, checked by the tools that read them.
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { FuseV1Options } from '@electron/fuses'
import { describe, expect, it } from 'vitest'
import { configuration } from '../../build/electron-builder.config.ts'
import { fileAssociations } from '../../build/file-associations.ts'
import { fuses, fuseWire } from '../../build/fuses.ts'
import { fileEndings } from '../../core/contract/files.ts'

const root = join(import.meta.dirname, '../..')
// electron-builder's own validator, resolved from electron-builder as it resolves it.
const load = createRequire(join(root, 'node_modules/electron-builder/package.json'))

interface BuilderConfig {
  readonly validateConfiguration: (config: unknown, logger: { add(): void; isEnabled: boolean }) => Promise<void>
}
interface FpmModule {
  readonly default: { readonly prototype: { readonly computeFpmMetaInfoOptions: () => Promise<{ url: string }> } }
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
    expect(JSON.stringify(configuration.mac?.target)).toMatch(/dmg.*arm64.*zip.*arm64/)
    expect([configuration.asar, configuration.publish]).toEqual([true, null])
  })

  it('promises no processor that ONNX Runtime has no binary for', () => {
    const binaries = join(root, 'node_modules/onnxruntime-node/bin/napi-v6')
    const missing = (platform: string, arch: string) => !existsSync(join(binaries, platform, arch))
    const targets = configuration.mac?.target as readonly { arch: string[] }[]
    expect(targets.flatMap(({ arch }) => arch).filter((arch) => missing('darwin', arch))).toEqual([])
    expect(['win32', 'linux'].filter((platform) => missing(platform, 'x64'))).toEqual([])
    // The day there is one for Intel Macs, they can be built for.
    expect(missing('darwin', 'x64')).toBe(true)
  })

  it('can make a Debian package of a clone that has no page of its own', async () => {
    const { default: FpmTarget } = load('app-builder-lib/out/targets/FpmTarget') as FpmModule
    const { AppInfo } = load('app-builder-lib/out/appInfo') as {
      AppInfo: { prototype: { computePackageUrl: unknown } }
    }
    const facts = (metadata: unknown) => {
      const appInfo = {
        ...{ info: { metadata, repositoryInfo: null }, notNullDevMetadata: {}, linuxPackageName: 'espalier' },
        computePackageUrl: AppInfo.prototype.computePackageUrl,
      }
      const target = { packager: { appInfo, info: { metadata } }, options: configuration.linux }
      return FpmTarget.prototype.computeFpmMetaInfoOptions.call(target)
    }
    await expect(facts(configuration.extraMetadata)).resolves.toHaveProperty('url', expect.stringMatching(/^https:/))
    await expect(facts({})).rejects.toThrow(/homepage/)
  })

  it('opens networks and properties, beside other programs, as the app itself takes them', () => {
    const taken = Object.values(fileEndings).flat()
    expect(fileAssociations.filter(({ ext }) => !taken.includes(`.${String(ext)}`))).toEqual([])
    expect(fileAssociations.map(({ ext, rank }) => [ext, rank])).toEqual([
      ['onnx', 'Alternate'],
      ['vnnlib', 'Alternate'],
    ])
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
