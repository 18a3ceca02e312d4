// The studies of the wizard: one of each kind at a time, each in a process of its own; scores that were measured are kept.
import { EspalierError, toErrorData } from '../contract/errors.ts'
import type { Recipe } from '../contract/recipe.ts'
import type { Measured, Study, StudyKind } from '../contract/study.ts'
import { askProcess } from '../jobs/files/ask.ts'
import type { JobLauncher } from '../jobs/launcher.ts'
import { subjectOf } from '../jobs/study/subject.ts'
import { NewestMap } from './newest-map.ts'

interface Running {
  readonly stop: AbortController
  readonly ended: Promise<void>
}

/** Measurements kept; those of a large network take a few megabytes. */
const keptScores = 4

export class StudyDesk {
  readonly #home: string
  readonly #launcher: JobLauncher
  readonly #studies = new Map<StudyKind, Study>()
  readonly #running = new Map<StudyKind, Running>()
  readonly #scores = new NewestMap<string, Measured>(keptScores)
  #count = 0
  #closed = false

  constructor(home: string, launcher: JobLauncher) {
    this.#home = home
    this.#launcher = launcher
  }

  /** @throws EspalierError 'recipe/invalid' where the recipe has nothing to study */
  start(kind: StudyKind, recipe: Recipe): Study {
    if (this.#closed) throw new EspalierError('job/state', 'Espalier is closing.', 'Open it again.')
    const key = kind === 'scores' ? scoresKey(recipe) : ''
    this.stop(kind)
    const id = ++this.#count
    const study: Study = { id, kind, recipe, state: 'running', gauge: null, trial: null, error: null }
    this.#studies.set(kind, study)
    const stop = new AbortController()
    this.#running.set(kind, { stop, ended: this.#follow(study, key, stop.signal) })
    return study
  }

  state(kind: StudyKind): Study | null {
    return this.#studies.get(kind) ?? null
  }

  /** Ends the one under way; what it has found so far stays. */
  stop(kind: StudyKind): Study | null {
    this.#running.get(kind)?.stop.abort()
    const study = this.state(kind)
    if (study?.state === 'running') this.#change(study, { state: 'stopped', gauge: null })
    return this.state(kind)
  }

  /** Scores that were measured for this recipe, whatever its ratio; null where none were. */
  measured(recipe: Recipe): Measured | null {
    return this.#scores.get(scoresKey(recipe)) ?? null
  }

  /** Ends all. */
  async close(): Promise<void> {
    this.#closed = true
    const running = [...this.#running.values()]
    for (const { stop } of running) stop.abort()
    await Promise.all(running.map(({ ended }) => ended))
  }

  async #follow(study: Study, key: string, signal: AbortSignal): Promise<void> {
    const { kind, recipe } = study
    try {
      const answer = await askProcess(
        this.#launcher,
        { type: 'study', kind, home: this.#home, recipe },
        {
          limit: null,
          signal,
          hear: (message) => {
            if (message.type === 'gauge') this.#change(study, { gauge: message.gauge })
            else if (message.type === 'trial') this.#change(study, { trial: message.trial })
          },
        },
      )
      if (answer.type === 'measured') this.#scores.set(key, answer.measured)
      this.#change(study, { state: 'done', gauge: null })
    } catch (thrown) {
      if (!signal.aborted) this.#change(study, { state: 'failed', gauge: null, error: toErrorData(thrown) })
    }
  }

  /** What an older study still says is not heard, nor what one says that was stopped. */
  #change({ id, kind }: Study, change: Partial<Study>): void {
    const now = this.#studies.get(kind)
    if (now?.id === id && now.state === 'running') this.#studies.set(kind, { ...now, ...change })
  }
}

/** What is done with scores once they are there. */
const afterwards = ['ratio', 'criterion', 'gamma', 'batch', 'init', 'gradual']

/** Everything that scores depend on. */
function scoresKey(recipe: Recipe): string {
  const { simplify, root, seed } = subjectOf(recipe)
  const { data, verify } = recipe
  const options = Object.entries(simplify).filter(([key]) => !afterwards.includes(key))
  // Scores of hydra are learned for one share.
  const ratio = simplify.method === 'graft' && simplify.significance === 'hydra' ? simplify.ratio : null
  return JSON.stringify([root.from, options, ratio, seed, data, verify?.epsilon])
}
