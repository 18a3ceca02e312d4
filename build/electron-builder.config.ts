// electron-builder: the installers for Linux, Windows and macOS. Run: npx electron-builder --config build/electron-builder.config.ts
import type { Configuration } from 'electron-builder'
import { fuses } from './fuses.ts'
import { packagedFiles, unpacked } from './package-files.ts'

export const configuration: Configuration = {
  appId: 'org.espalier.workbench',
  productName: 'Espalier',
  copyright: 'MIT licence, the Espalier founders',
  directories: { output: 'out', buildResources: 'build' },
  files: [...packagedFiles],
  asar: true,
  asarUnpack: [...unpacked],
  // better-sqlite3 and onnxruntime-node carry Node-API binaries: one serves Node and Electron, nothing is rebuilt.
  npmRebuild: false,
  electronFuses: fuses,
  publish: null,
  artifactName: '${productName}-${version}-${os}-${arch}.${ext}',
  linux: {
    target: ['AppImage', 'deb'],
    category: 'Science',
    executableName: 'espalier',
    icon: 'build/icons/icon.png',
    synopsis: 'Train, prune and verify neural networks',
    maintainer: 'The Espalier founders <espalier@localhost>',
  },
  win: { target: ['nsis', 'zip'], icon: 'build/icons/icon.png' },
  nsis: { oneClick: false, perMachine: false, allowToChangeInstallationDirectory: true },
  mac: {
    target: [
      { target: 'dmg', arch: ['x64', 'arm64'] },
      { target: 'zip', arch: ['x64', 'arm64'] },
    ],
    category: 'public.app-category.developer-tools',
    icon: 'build/icons/icon.png',
    hardenedRuntime: true,
    entitlements: 'build/entitlements.plist',
    entitlementsInherit: 'build/entitlements.plist',
  },
}

export default configuration
