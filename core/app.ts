// The composition root: opens a home folder and implements the contract's Api on it.
import { readFileSync } from 'node:fs'
import { computeState, memoryState } from './app/compute.ts'
import { implementFiles } from './app/file-methods.ts'
import { implementLooks } from './app/look-methods.ts'
import { FileDesk } from './app/files.ts'
import { DatasetShelf, describeDataset, findMnist } from './app/datasets.ts'
import { openHome, type HomeAccess, type OpenedHome } from './app/open-home.ts'
import { listRecipes } from './app/recipes.ts'
import { neuronFigures } from './app/neurons.ts'
import { exportRun, reportRuns } from './app/run-files.ts'
import { StudyDesk } from './app/study-desk.ts'
import { implementWizard } from './app/wizard-methods.ts'
import { getRun, listRuns, pageOfRuns } from './app/runs.ts'
import { scaleFigures } from './app/scales.ts'
import type { Api } from './contract/api.ts'
import { EspalierError } from './contract/errors.ts'
import type { JobEvent } from './contract/events.ts'
import { writeCompute } from './jobs/compute.ts'
import { DeviceProbe } from './jobs/devices/probe.ts'
import { EventLog } from './jobs/event-log.ts'
import { JobLogs, keepLogs } from './jobs/log-file.ts'
import { forkLauncher, type JobLauncher } from './jobs/launcher.ts'
import { MemoryMeter } from './jobs/memory.ts'
import { checkRecipe } from './jobs/recipe/check.ts'
import { requireOrigins } from './jobs/recipe/origins.ts'
import { planRecipe } from './jobs/recipe/plan.ts'
import { formatRecipe, parseRecipe } from './jobs/recipe/text.ts'
import { JobSupervisor } from './jobs/supervisor.ts'

export interface AppOptions {
  /** The data folder; created where missing. */
  readonly home: string
  /** Which shell asks: told by `app.info`. */
  readonly shell: 'cli' | 'serve' | 'electron' | 'test'
  /** Default `write`. */
  readonly access?: HomeAccess
  /** How job processes are started. Default: Node's fork. */
  readonly launcher?: JobLauncher
  /** Milliseconds a job process gets to stop before it is ended. Default 10,000. */
  readonly grace?: number
}

export interface App {
  readonly api: Api
  readonly home: string
  /** Where shells hand in the files that people choose. */
  readonly files: FileDesk
  subscribe(listener: (event: JobEvent) => void): () => void
  /** Interrupts running jobs (they can be resumed), then closes the store. */
  dispose(): Promise<void>
}

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }

/** Opens a home and takes up its queue. @throws EspalierError 'store/*' */
export async function createApp(options: AppOptions): Promise<App> {
  const { home, grace = 10_000 } = options
  const memory = new MemoryMeter()
  const launcher = memory.counted(options.launcher ?? forkLauncher)
  const opened = await openHome(home, options.access ?? 'write')
  const { store } = opened
  const log = new EventLog()
  const logs = new JobLogs(store.home)
  if (opened.obstacle === null) keepLogs(log, logs)
  // A command does what it was asked, not what a closed window left in the queue.
  const takeUpQueue = options.shell !== 'cli'
  const supervisor = new JobSupervisor({ store, log, launcher, concurrency: 1, grace, takeUpQueue })
  if (opened.obstacle === null) await supervisor.recover()
  const devices = new DeviceProbe({ launcher })
  const files = new FileDesk(store)
  const studies = new StudyDesk(store.home, launcher)
  let disposed = false
  return {
    api: implement(opened, {
      options,
      log,
      logs,
      supervisor,
      devices,
      studies,
      launcher,
      memory,
      files,
      shelf: new DatasetShelf(store),
    }),
    home: store.home,
    files,
    subscribe: (listener) => log.subscribe(listener),
    async dispose() {
      if (disposed) return
      disposed = true
      await Promise.all([devices.close(), studies.close(), supervisor.close()])
      await store.close()
    },
  }
}

interface Parts {
  readonly options: AppOptions
  readonly log: EventLog
  readonly logs: JobLogs
  readonly supervisor: JobSupervisor
  readonly devices: DeviceProbe
  readonly studies: StudyDesk
  readonly launcher: JobLauncher
  readonly memory: MemoryMeter
  readonly files: FileDesk
  readonly shelf: DatasetShelf
}

function implement({ store, obstacle }: OpenedHome, parts: Parts): Api {
  const { options, log, supervisor, devices, shelf } = parts
  /** The supervisor, where jobs may be started and stopped. */
  const jobs = (): JobSupervisor => {
    if (obstacle !== null) throw obstacle
    return supervisor
  }
  return {
    ...implementFiles({ store, jobs, ...parts }),
    ...implementLooks({ store, ...parts }),
    ...implementWizard({ store, jobs, ...parts }),
    'app.info': () =>
      Promise.resolve({
        version,
        home: store.home,
        shell: options.shell,
        node: process.versions.node,
        readOnly: obstacle !== null,
        mnistDirectory: findMnist(),
      }),
    'app.memory': () => memoryState(store, parts.memory),
    'compute.get': () => computeState(store),
    'compute.set': async ({ settings }) => {
      await attempt(jobs)
      await writeCompute(store, settings)
      return computeState(store)
    },
    'devices.probe': () => Promise.resolve(devices.start()),
    'devices.state': () => Promise.resolve(devices.state),
    'data.list': () => store.datasets.list(),
    'data.open': async ({ data }) => describeDataset(await shelf.open(data)),
    'architectures.list': async ({ inputShape }) => (await models()).listArchitectures(inputShape),
    'models.list': (page) => store.models.list(page),
    'models.count': async () => ({ count: await store.models.count() }),
    'models.export': async ({ id }) => (await models()).exportModel(store, id),
    'models.get': async ({ id }) => (await models()).getModel(store, id),
    'models.grafts': async ({ id }) => (await models()).graftedLayers(store, id),
    'recipes.list': listRecipes,
    'recipes.parse': async ({ yaml }) => planRecipe(await attempt(() => parseRecipe(yaml))),
    'recipes.format': async ({ recipe }) => ({ yaml: await attempt(() => formatRecipe(recipe)) }),
    'recipes.plan': async ({ recipe }) => {
      await attempt(() => checkRecipe(recipe))
      return planRecipe(recipe)
    },
    'jobs.start': async ({ recipe }) => {
      await attempt(() => checkRecipe(recipe))
      await requireOrigins(store, recipe)
      return jobs().start(recipe)
    },
    'jobs.list': (page) => store.jobs.list(page),
    'jobs.get': async ({ id }) => {
      // Rows are written before their event: what is read after this number holds at least all up to it.
      const { sequence } = log
      const job = await store.jobs.get(id)
      if (job === null) throw new EspalierError('job/unknown', `There is no job ${id}.`, 'List the jobs to see them.')
      return { job, runs: await store.runs.ofJob(id), sequence }
    },
    'jobs.cancel': async ({ id, afterInstance }) => attempt(() => jobs().cancel(id, afterInstance)),
    'jobs.pause': async ({ id }) => attempt(() => jobs().pause(id)),
    'jobs.rerun': async ({ runId, verdicts, timeoutSeconds }) =>
      attempt(() => jobs().rerun(runId, verdicts, timeoutSeconds)),
    'jobs.queue': () => supervisor.queue(),
    'jobs.reorder': async ({ ids }) => {
      await attempt(() => jobs().reorder(ids))
      return supervisor.queue()
    },
    'jobs.hold': async ({ held }) => {
      await attempt(() => jobs().hold(held))
      return supervisor.queue()
    },
    'jobs.resume': async ({ id }) => attempt(() => jobs().resume(id)),
    'jobs.log': async ({ id, limit }) => {
      const job = await store.jobs.get(id)
      return job === null ? [] : [...(await parts.logs.read(job.id, limit))]
    },
    'jobs.events': ({ jobId, after, limit }) => {
      const { events, sequence, complete } = log.since(jobId, after)
      return Promise.resolve({ events: events.slice(limit === undefined ? 0 : -limit), sequence, complete })
    },
    'runs.list': (input) => listRuns(store, input),
    'runs.page': (input) => pageOfRuns(store, input),
    'runs.counts': (filter) => store.runs.counts(filter),
    'runs.get': ({ id }) => getRun(store, id),
    'runs.export': ({ id, format }) => exportRun({ store, shelf, version }, id, format),
    'runs.report': ({ ids }) => reportRuns({ store, shelf, version }, ids),
    'runs.neurons': ({ id }) => neuronFigures(store, id),
    'runs.scales': ({ id }) => scaleFigures(store, id),
    'runs.metrics': ({ id }) => store.metrics.curves(id),
    'runs.verdicts': ({ id, ...page }) => store.verdicts.ofRun(id, page),
    'runs.certificates': ({ id }) => store.verdicts.certificates(id),
    'runs.search': async (input) => (await import('./app/instance.ts')).getSearch(store, input),
    'runs.instance': async (input) => (await import('./app/instance.ts')).getInstance(store, shelf, input),
  }
}

/** What needs networks, and with them TensorFlow.js, is loaded when it is first asked for. */
const models = () => import('./app/models.ts')

/** What throws at once becomes a rejection: every method of the Api answers with a promise. */
async function attempt<T>(work: () => T | Promise<T>): Promise<T> {
  return work()
}
