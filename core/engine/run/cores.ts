// How many threads a computation can use without two sharing a core.
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

/** Physical cores this process may use; where the system does not tell, the logical ones. */
export function physicalCores(): number {
  const logical = availableParallelism()
  const physical = linuxCores()
  return physical === null ? logical : Math.max(1, Math.min(logical, physical))
}

/** Distinct (socket, core) pairs of /proc/cpuinfo; null off Linux or where it does not list them. */
function linuxCores(): number | null {
  try {
    const sections = readFileSync('/proc/cpuinfo', 'utf8').split('\n\n')
    const cores = sections.flatMap((section) => {
      const socket = /^physical id\s*:\s*(\d+)/m.exec(section)?.[1]
      const core = /^core id\s*:\s*(\d+)/m.exec(section)?.[1]
      return core === undefined ? [] : [`${socket ?? '0'}:${core}`]
    })
    return cores.length === 0 ? null : new Set(cores).size
  } catch {
    return null
  }
}
