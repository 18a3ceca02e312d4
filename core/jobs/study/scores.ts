// Scores of neurons as a run would find them, of a network that is there already, before the run.
import { EspalierError } from '../../contract/errors.ts'
import type { JobGauge } from '../../contract/events.ts'
import type { Recipe } from '../../contract/recipe.ts'
import type { Measured } from '../../contract/study.ts'
import { openEngine } from '../../engine/engine.ts'
import { scoreForGraft } from '../../graft/index.ts'
import type { Store } from '../../store/store.ts'
import { engineOptionsOf } from '../compute.ts'
import type { ScoringContext } from '../execute/context.ts'
import { openRecorded } from '../execute/dataset.ts'
import { graftRequest } from '../execute/graft-stage.ts'
import { scoreNeurons } from '../execute/prune-stage.ts'
import { requireFit } from '../execute/start-network.ts'
import { loadOrigin, subjectOf } from './subject.ts'

/** @throws EspalierError 'recipe/invalid' where there is nothing to measure, and those of the scores */
export async function measureScores(
  store: Store,
  recipe: Recipe,
  signal: AbortSignal,
  tell: (gauge: JobGauge) => void,
): Promise<Measured> {
  const { variant, simplify, root, seed, ready } = subjectOf(recipe)
  const model = ready ? await loadOrigin(store, root) : null
  if (model === null || simplify.method === 'neuron' || simplify.method === 'weight') throw nothingToMeasure()
  tell({ stage: 'load', message: 'opening the images' })
  const { pair: data } = await openRecorded(store, recipe.data)
  requireFit(variant.name, model.network, { ...data.train, name: data.name })
  const engine = await openEngine(engineOptionsOf(recipe))
  const emit: ScoringContext['emit'] = (body) => body.type === 'gauge' && tell(body.gauge)
  const context: ScoringContext = { data, recipe, variant, signal, emit, run: { id: 'study', seed } }
  try {
    tell({ stage: 'simplify', message: 'scores of the neurons' })
    if (simplify.method !== 'graft') {
      const layers = await scoreNeurons(model.network, simplify, context, engine)
      const plain = layers.map(({ activation, scores }) => ({ activation, scores: Array.from(scores) }))
      return { kind: 'activations', layers: plain }
    }
    const { survey, significance } = await scoreForGraft(graftRequest(model.network, simplify, context, engine))
    return { kind: 'graft', cost: Array.from(survey.cost), significance: Array.from(significance) }
  } finally {
    await engine.dispose()
  }
}

function nothingToMeasure(): EspalierError {
  const hint = 'Choose a network of the history that is not trained further, and a method that measures neurons.'
  return new EspalierError('recipe/invalid', 'There are no scores to measure before this recipe runs.', hint)
}
