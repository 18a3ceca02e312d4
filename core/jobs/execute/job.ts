// Carries out a recipe in the process of its job: variant after variant, each stage recorded, whatever is recorded skipped.
import { EspalierError, toErrorData } from '../../contract/errors.ts'
import type { JobEventBody } from '../../contract/events.ts'
import type { JobRow, RunRow } from '../../contract/rows.ts'
import { openEngine, type Engine, type EngineOptions } from '../../engine/engine.ts'
import type { FgsmResult } from '../../train/fgsm.ts'
import type { Store } from '../../store/store.ts'
import { engineOptionsOf, settled } from '../compute.ts'
import { imagesOf } from '../recipe/plan.ts'
import { variantReference } from '../recipe/check.ts'
import { askProperties } from './ask-properties.ts'
import { buildModel } from './build-stages.ts'
import { requireRunning, type JobContext, type VariantContext } from './context.ts'
import { openRecorded } from './dataset.ts'
import { describeEnvironment } from './environment.ts'
import { evaluateModel } from './evaluate-stage.ts'
import { attackAll, chooseAlone } from './images.ts'
import { endOf, type JobOutcome } from './job-end.ts'
import { loadModel, type RecordedModel } from './models.ts'
import { RunProgress } from './progress.ts'
import { choosesTogether, shareImages, type SharedImages } from './shared-images.ts'
import { summarise, type Evaluation } from './summary.ts'
import { verifyImages } from './verify-stage.ts'

export type { JobOutcome } from './job-end.ts'

interface Built {
  readonly model: RecordedModel
  readonly evaluation: Evaluation
}

/**
 * Runs a job to its end. A variant that fails takes only those with it that start from it.
 * @throws EspalierError 'job/cancelled' once `signal` is aborted; errors of data, engine and store that concern all variants
 */
export async function executeJob(
  store: Store,
  job: JobRow,
  signal: AbortSignal,
  emit: (body: JobEventBody) => void,
): Promise<JobOutcome> {
  if (job.recipe.properties.length > 0) return askProperties({ store, job, signal, emit })
  const execution = await JobExecution.open(store, job, signal, emit)
  return execution.run()
}

class JobExecution {
  readonly #context: JobContext
  readonly #runs: readonly RunProgress[]
  readonly #engineOptions: EngineOptions
  readonly #built = new Map<string, Built>()

  private constructor(context: JobContext, runs: readonly RunRow[], engineOptions: EngineOptions) {
    this.#context = context
    this.#runs = runs.map((row) => new RunProgress(context, row))
    this.#engineOptions = engineOptions
  }

  static async open(
    store: Store,
    job: JobRow,
    signal: AbortSignal,
    emit: (body: JobEventBody) => void,
  ): Promise<JobExecution> {
    const recipe = await settled(store, job.recipe)
    const tell = (message: string): void => emit({ type: 'log', level: 'info', message })
    tell('opening the images')
    const { pair, row } = await openRecorded(store, recipe.data)
    requireRunning(signal)
    const options = engineOptionsOf(recipe)
    tell(`starting the engine (${recipe.provider})`)
    // What `auto` finds is asked once: the engines of all variants are alike.
    const engine = await openEngine(options)
    const { provider } = engine
    await store.jobs.update(job.id, { environment: describeEnvironment(engine, recipe) })
    await engine.dispose()
    const context = { store, recipe, data: pair, datasetId: row.id, signal, emit }
    return new JobExecution(context, await store.runs.ofJob(job.id), { ...options, provider })
  }

  async run(): Promise<JobOutcome> {
    const together = choosesTogether(this.#context.recipe)
    for (const run of this.#runs) {
      await this.#attempt(run, async (engine) => {
        await this.#build(run, engine)
        if (together && this.#isVerified(run)) await run.wait()
        else await this.#verify(run, engine, null)
      })
    }
    if (together) await this.#verifyTogether()
    return endOf(this.#runs)
  }

  /** Does part of a run with an engine of its own; a failure ends this run, a stop ends all. */
  async #attempt(run: RunProgress, work: (engine: Engine) => Promise<void>): Promise<void> {
    let engine: Engine | null = null
    try {
      requireRunning(this.#context.signal)
      engine = await openEngine(this.#engineOptions)
      await work(engine)
    } catch (thrown) {
      const error = toErrorData(thrown)
      if (this.#context.signal.aborted || error.code === 'job/cancelled') {
        if (run.row.state === 'running') await run.end('interrupted')
        throw thrown
      }
      await run.end('failed', error)
    } finally {
      await engine?.dispose()
    }
  }

  async #build(run: RunProgress, engine: Engine): Promise<void> {
    const context = this.#contextOf(run)
    const { store } = this.#context
    const finished =
      run.row.state === 'done' && run.row.modelId !== null ? await loadModel(store, run.row.modelId) : null
    const model = finished ?? (await buildModel(context, engine, this.#parentOf(context), (stage) => run.enter(stage)))
    if (finished === null) {
      await run.record({ modelId: model.row.id, datasetId: this.#context.datasetId })
      await run.enter('evaluate')
    }
    const evaluation = await evaluateModel(context, engine, model.network)
    this.#built.set(run.row.variant, { model, evaluation })
    if (finished === null) await run.summarise(summarise(model.row, evaluation, []))
  }

  async #verify(run: RunProgress, engine: Engine, shared: SharedImages | null): Promise<void> {
    const built = this.#built.get(run.row.variant)
    if (run.row.state === 'done' || built === undefined) return
    const { recipe, data } = this.#context
    const options = recipe.verify
    if (options !== null && this.#isVerified(run)) {
      await run.enter('verify')
      const { model, evaluation } = built
      const images = shared?.imagesOf(run.row.variant) ?? chooseAlone(options.images, data.test)
      const own = shared?.attacks.get(run.row.variant) ?? null
      const attack = options.property === 'untargeted' ? null : (own ?? (await this.#attackAlone(engine, built)))
      await verifyImages(this.#contextOf(run), {
        engine,
        model,
        options,
        images,
        attack,
        onRows: (rows) => run.summarise(summarise(model.row, evaluation, rows)),
      })
      if (images.length === 0)
        this.#context.emit({ type: 'log', level: 'warning', message: noImages(run.row, data.name) })
    }
    await run.end('done')
  }

  async #verifyTogether(): Promise<void> {
    const { recipe, data, signal } = this.#context
    const networks = new Map([...this.#built].map(([name, { model }]) => [name, model.network]))
    const engine = await openEngine(this.#engineOptions)
    const shared = await shareImages(engine, recipe, networks, data.test, signal).finally(() => engine.dispose())
    for (const run of this.#runs) {
      if (run.row.state !== 'failed' && run.row.state !== 'done')
        await this.#attempt(run, (own) => this.#verify(run, own, shared))
    }
  }

  async #attackAlone(engine: Engine, { model }: Built): Promise<FgsmResult | null> {
    const { data, recipe, signal } = this.#context
    const networks = new Map([['it', model.network]])
    return (await attackAll(engine, networks, data.test, recipe.verify?.epsilon ?? 0, signal)).get('it') ?? null
  }

  #isVerified(run: RunProgress): boolean {
    return imagesOf(this.#context.recipe, run.row.variant) > 0
  }

  #contextOf(run: RunProgress): VariantContext {
    return { ...this.#context, run: run.row, variant: this.#context.recipe.variants[run.row.position] }
  }

  /** @throws EspalierError 'job/dependency' where the variant under `from` failed */
  #parentOf({ variant }: VariantContext): RecordedModel | null {
    const name = variantReference(variant)
    if (name === null) return null
    const parent = this.#built.get(name)
    if (parent !== undefined) return parent.model
    const hint = `Look at the error of ${name}; then resume the job.`
    throw new EspalierError('job/dependency', `${variant.name} starts from ${name}, which failed.`, hint)
  }
}

function noImages(run: RunRow, data: string): string {
  return `${run.variant}: no image of ${data} fits the selection, so nothing was verified.`
}
