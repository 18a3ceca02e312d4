// Compiled code is kept between starts, in a folder of this user alone: half of a start was reading the same sources again.
import { enableCompileCache } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Keeps what is loaded from now on, in job processes too. Where the folder cannot be written nothing is kept, and nothing fails. */
export function keepCompiledCode(): void {
  // Node's own default is a folder of the system's for temporary files, where others could leave code for us.
  const folder = process.env['NODE_COMPILE_CACHE'] ?? join(homedir(), '.cache', 'espalier')
  process.env['NODE_COMPILE_CACHE'] = folder
  enableCompileCache(folder)
}
