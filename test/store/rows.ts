// Rows for the store's tests, complete and valid against the contract's schemas.
import { recipeSchema } from '../../core/contract/recipe.ts'
import type { DatasetRow, JobRow, ModelRow, RunRow, RunSummary, VerdictRow } from '../../core/contract/rows.ts'

const createdAt = '2026-11-22T10:00:00.000Z'

export function datasetRow(patch: Partial<DatasetRow> = {}): DatasetRow {
  return {
    ...{ id: 'data-1', name: 'sample', kind: 'sample', source: '{"source":"sample"}', hash: 'a'.repeat(64) },
    ...{ trainCount: 100, testCount: 20, shape: [1, 28, 28], classes: ['ring', 'cross'], createdAt },
    ...patch,
  }
}

export function jobRow(patch: Partial<JobRow> = {}): JobRow {
  const recipe = recipeSchema.parse({ name: 'small', variants: [{ name: 'baseline', architecture: 'net1' }] })
  return {
    ...{ id: 'job-1', name: 'small', title: 'Small', state: 'queued', recipe, createdAt },
    ...{ startedAt: null, finishedAt: null, pid: null, error: null, environment: { node: 'v24', provider: 'cpu' } },
    ...patch,
  }
}

export function runRow(patch: Partial<RunRow> = {}): RunRow {
  return {
    ...{ id: 'run-1', jobId: 'job-1', position: 0, variant: 'baseline', title: 'Baseline', state: 'waiting' },
    ...{ stage: '', datasetId: null, modelId: null, seed: 7, epsilon: 0.1, timeoutSeconds: 60, summary: null },
    ...{ error: null, createdAt, startedAt: null, finishedAt: null },
    ...patch,
  }
}

/** 20 images: 6 verified, 6 falsified, 8 undecided. */
export function runSummary(patch: Partial<RunSummary> = {}): RunSummary {
  return {
    ...{ accuracy: 0.98, robustness: 0.3, robustnessEpsilon: 0.1, robustAccuracy: null, hiddenNeurons: 112 },
    ...{ weights: 52_896, nonzeroWeights: 52_896, unstable: 0.4, images: 20, verified: 6, certified: 4 },
    ...{ falsified: 6, misclassified: 2, unknown: 1, timeout: 7, error: 0 },
    ...{ seconds: 512, meanSeconds: 25.6, searchSeconds: 30 },
    ...patch,
  }
}

export function modelRow(artifact: string, patch: Partial<ModelRow> = {}): ModelRow {
  return {
    ...{ id: 'model-1', name: 'baseline', hash: artifact, artifact, architecture: 'net1', parentId: null },
    ...{ operation: 'train', runId: null, datasetId: null, inputShape: [1, 28, 28], hiddenNeurons: 112 },
    ...{ weights: 52_896, nonzeroWeights: 52_896, parameters: 53_242, source: null, createdAt },
    ...patch,
  }
}

export function verdictRow(patch: Partial<VerdictRow> = {}): VerdictRow {
  return {
    ...{ runId: 'run-1', verifier: 'auto', imageIndex: 0, label: 3, target: null, predicted: 3, epsilon: 0.1 },
    ...{ verdict: 'verified', evidence: 'float32', method: 'bab', seconds: 1.25, lowerBound: 0.5, domains: 12 },
    ...{
      unstable: 40,
      group: 'first',
      counterexample: null,
      certificate: null,
      search: null,
      detail: { margin: 0.5 },
      error: null,
      createdAt,
    },
    ...patch,
  }
}
