// Files that people hand in: which screen takes them, and how the address names them.
import { fileEndings, type FileHandle, type FileKind } from '../../core/contract/files.ts'
import { linkTo, type Route } from './routes.ts'

/** What a file dialog offers; browsers know no `.onnx.gz`, so `.gz` stands for it. */
export function acceptOf(kind: FileKind): string {
  return [...new Set(fileEndings[kind].map((ending) => ending.replace(/^.*\.gz$/, '.gz')))].join(',')
}

/**
 * Where the files go: data to its screen, the last network and property to the check, beside what is there already; a
 * network alone stays in the wizard where that is open.
 */
export function placeOf(handles: readonly FileHandle[], route: Route): string | null {
  const last = (kind: FileKind): string | null => handles.findLast((handle) => handle.kind === kind)?.id ?? null
  const before = route.screen === 'check' ? route : { network: null, property: null }
  const [network, property, data] = [last('network'), last('property'), last('data')]
  if (route.screen === 'wizard' && network !== null && property === null)
    return linkTo(['wizard', 'model'], { file: network })
  if (network !== null || property !== null)
    return linkTo(['check'], { network: network ?? before.network, property: property ?? before.property })
  return data === null ? null : linkTo(['data'], { file: data })
}

/** `4.2 MB`. */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB']
  let value = bytes
  let unit = 0
  while (value >= 1_000 && unit < units.length - 1) {
    value /= 1_000
    unit += 1
  }
  return `${unit === 0 ? value : value.toPrecision(3)} ${units[unit] ?? ''}`
}
