// The fuses of packaged binaries, named once for electron-builder and for Forge.
import { FuseV1Options, FuseVersion, type FuseV1Config } from '@electron/fuses'

/** By electron-builder's names. Off: everything that lets someone run other code as Espalier. */
export const fuses = {
  runAsNode: false,
  enableCookieEncryption: true,
  enableNodeOptionsEnvironmentVariable: false,
  enableNodeCliInspectArguments: false,
  enableEmbeddedAsarIntegrityValidation: true,
  onlyLoadAppFromAsar: true,
  loadBrowserProcessSpecificV8Snapshot: false,
  grantFileProtocolExtraPrivileges: false,
} as const

/** The same for `flipFuses`. */
export const fuseWire: FuseV1Config = {
  version: FuseVersion.V1,
  [FuseV1Options.RunAsNode]: fuses.runAsNode,
  [FuseV1Options.EnableCookieEncryption]: fuses.enableCookieEncryption,
  [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: fuses.enableNodeOptionsEnvironmentVariable,
  [FuseV1Options.EnableNodeCliInspectArguments]: fuses.enableNodeCliInspectArguments,
  [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: fuses.enableEmbeddedAsarIntegrityValidation,
  [FuseV1Options.OnlyLoadAppFromAsar]: fuses.onlyLoadAppFromAsar,
  [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: fuses.loadBrowserProcessSpecificV8Snapshot,
  [FuseV1Options.GrantFileProtocolExtraPrivileges]: fuses.grantFileProtocolExtraPrivileges,
}
