// Electron Forge: `npx electron-forge start` and `npx electron-forge package`; installers are electron-builder's.
import { execFileSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { flipFuses } from '@electron/fuses'
import type { ForgeConfig } from '@electron-forge/shared-types'
import { fuseWire } from './build/fuses.ts'
import { unpacked } from './build/package-files.ts'

/** Folders at the top that no package needs. */
const leftOut = /^\/(core|electron|renderer|test|docs|build|resources|out|coverage|\.[^/]*)($|\/)/

const binaries: Partial<Readonly<Record<string, string>>> = {
  darwin: 'MacOS/Electron',
  mas: 'MacOS/Electron',
  win32: 'electron.exe',
}

export const forgeConfig: ForgeConfig = {
  packagerConfig: {
    name: 'Espalier',
    executableName: 'espalier',
    appBundleId: 'org.espalier.workbench',
    asar: { unpack: `{${unpacked.join(',')}}` },
    ignore: [leftOut],
  },
  // Node-API binaries serve Node and Electron alike.
  rebuildConfig: { onlyModules: [] },
  makers: [],
  publishers: [],
  plugins: [],
  hooks: {
    generateAssets: () => {
      for (const script of ['build:renderer', 'build:electron'])
        execFileSync('npm', ['run', '--silent', script], { stdio: 'inherit', shell: process.platform === 'win32' })
      return Promise.resolve()
    },
    packageAfterCopy: async (_config, resourcesApp, _version, platform) => {
      await flipFuses(join(resolve(resourcesApp, '../..'), binaries[platform] ?? 'electron'), fuseWire)
    },
  },
}

export default forgeConfig
