// The calls about files that people give, on the desk that knows them.
import type { Api } from '../contract/api.ts'
import { EspalierError } from '../contract/errors.ts'
import type { fileMethods } from '../contract/api-files.ts'
import type { JobLauncher } from '../jobs/launcher.ts'
import type { JobSupervisor } from '../jobs/supervisor.ts'
import type { Store } from '../store/store.ts'
import type { FileDesk } from './files.ts'
import { listFolders } from './folders.ts'

interface FileParts {
  readonly store: Store
  readonly files: FileDesk
  readonly launcher: JobLauncher
  readonly options: { readonly shell: string }
  /** @throws EspalierError 'store/read-only' where nothing can be started */
  readonly jobs: () => JobSupervisor
}

export function implementFiles(parts: FileParts): Pick<Api, keyof typeof fileMethods> {
  const { store, files, jobs, options } = parts
  return {
    'files.list': () => files.list(),
    'files.inspect': async (handles) => (await checks()).inspect(parts, handles),
    'files.import': async ({ network }) => {
      jobs()
      return (await checks()).importNetwork(parts, network)
    },
    'files.data': async ({ file }) => ({
      data: { source: 'auto', directory: (await files.open(file, 'data')).path },
    }),
    'folders.list': async ({ path }) => {
      // The desktop app has the system's dialog: its page needs to know no folders.
      if (options.shell === 'electron') throw new EspalierError('api/unauthorised', 'This window does not list folders.', 'Choose the folder in the dialog.') // prettier-ignore
      return listFolders(path)
    },
    'checks.start': async ({ network, property, options }) => {
      const supervisor = jobs()
      return supervisor.start(await (await checks()).checkRecipeOf(parts, { network, property }, options))
    },
    'runs.property': async ({ id, index }) => (await checks()).getProperty(store, id, index),
    'runs.witness': async ({ id, index }) => (await checks()).getWitness(store, id, index),
    'runs.certificate': async ({ id, index }) => (await checks()).getCertificate(store, id, index),
  }
}

const checks = () => import('./checks.ts')
