// The tables as Kysely sees them (camelCase here, snake_case in the file); migrations make them.

/** Text columns that end in `Json` hold JSON; times are ISO 8601 in UTC. */
export interface Tables {
  datasets: DatasetTable
  models: ModelTable
  jobs: JobTable
  runs: RunTable
  metrics: MetricTable
  verdicts: VerdictTable
  artifacts: ArtifactTable
  checkpoints: CheckpointTable
  settings: SettingTable
}

export interface DatasetTable {
  id: string
  name: string
  kind: string
  source: string
  hash: string
  trainCount: number
  testCount: number
  shapeJson: string
  classesJson: string
  createdAt: string
}

export interface ModelTable {
  id: string
  name: string
  hash: string
  artifact: string
  architecture: string
  parentId: string | null
  operation: string
  runId: string | null
  datasetId: string | null
  inputShapeJson: string
  hiddenNeurons: number
  weights: number
  nonzeroWeights: number
  parameters: number
  /** The ONNX file of an imported model. */
  source?: string | null
  createdAt: string
}

export interface JobTable {
  id: string
  name: string
  title: string
  state: string
  recipeJson: string
  createdAt: string
  startedAt: string | null
  finishedAt: string | null
  pid: number | null
  heartbeatAt: string | null
  progressJson: string | null
  errorJson: string | null
  environmentJson: string
  /** Among queued jobs the smaller goes first; 0 unless somebody moved it. */
  queueRank?: number
}

export interface RunTable {
  id: string
  jobId: string
  position: number
  variant: string
  title: string
  state: string
  stage: string
  datasetId: string | null
  modelId: string | null
  seed: number
  epsilon: number | null
  timeoutSeconds: number | null
  summaryJson: string | null
  errorJson: string | null
  createdAt: string
  startedAt: string | null
  finishedAt: string | null
}

/** A null value stands for NaN: a diverged training's points are kept too. */
export interface MetricTable {
  runId: string
  series: string
  step: number
  value: number | null
}

/** `target` is -1 where the question was untargeted, so that the key stays unique. */
export interface VerdictTable {
  runId: string
  verifier: string
  imageIndex: number
  target: number
  label: number
  predicted: number
  epsilon: number
  verdict: string
  evidence: string | null
  method: string
  seconds: number
  lowerBound: number | null
  domains: number
  unstable: number | null
  imageGroup: string | null
  counterexample: string | null
  certificate: string | null
  search: string | null
  detailJson: string
  errorJson: string | null
  createdAt: string
}

export interface ArtifactTable {
  hash: string
  mediaType: string
  size: number
  createdAt: string
}

export interface CheckpointTable {
  runId: string
  stage: string
  step: number
  artifact: string
  createdAt: string
}

export interface SettingTable {
  key: string
  valueJson: string
}
