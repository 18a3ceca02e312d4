// The kinds of files that the system may open with Espalier: those the app takes, and never in place of another program.
import type { Configuration } from 'electron-builder'

type FileAssociation = Extract<Configuration['fileAssociations'], readonly unknown[]>[number]

/** Of a compressed file the system sees `.gz` only: those are opened from inside the app. */
export const fileAssociations: FileAssociation[] = [
  { ext: 'onnx', name: 'ONNX network', mimeType: 'application/x-onnx', role: 'Viewer', rank: 'Alternate' },
  { ext: 'vnnlib', name: 'VNN-LIB property', mimeType: 'application/x-vnnlib', role: 'Viewer', rank: 'Alternate' },
]
