// electron-builder: the installers for Linux, Windows and macOS. Run: npx electron-builder --config build/electron-builder.config.ts
import type { Configuration } from 'electron-builder'
import { fileAssociations } from './file-associations.ts'
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
  fileAssociations,
  // Debian packages must name a page; a clone that is not on GitHub has none.
  extraMetadata: { homepage: homepage(process.env['GITHUB_REPOSITORY']) },
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
  // ONNX Runtime is published for Apple silicon only: on an Intel Mac the app could compute nothing.
  mac: {
    target: [
      { target: 'dmg', arch: ['arm64'] },
      { target: 'zip', arch: ['arm64'] },
    ],
    category: 'public.app-category.developer-tools',
    icon: 'build/icons/icon.png',
    hardenedRuntime: true,
    entitlements: 'build/entitlements.plist',
    entitlementsInherit: 'build/entitlements.plist',
  },
}

function homepage(repository: string | undefined): string {
  return repository === undefined ? 'https://espalier.invalid/' : `https://github.com/${repository}`
}

export default configuration
