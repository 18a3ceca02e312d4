// Where the history lives when nobody says: the data folder of the operating system, shared by the app and the command line.
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/** `given` (a flag), else ESPALIER_HOME, else the folder the system keeps application data in; absolute. */
export function resolveHome(
  given?: string,
  environment: Environment = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  const chosen = given ?? environment.ESPALIER_HOME
  return chosen !== undefined && chosen !== '' ? resolve(chosen) : systemHome(environment, platform)
}

function systemHome(environment: Environment, platform: NodeJS.Platform): string {
  const user = homedir()
  if (platform === 'win32') return join(environment.LOCALAPPDATA ?? join(user, 'AppData', 'Local'), 'Espalier')
  if (platform === 'darwin') return join(user, 'Library', 'Application Support', 'Espalier')
  const share = environment.XDG_DATA_HOME
  return join(share !== undefined && share !== '' ? share : join(user, '.local', 'share'), 'espalier')
}
