// What the bounds say about every hidden neuron, summed over the images of a run: data of the plots of neurons.
import type { Bounder } from '../../bounds/bounder.ts'
import type { Box, Interval, PreActivationBounds } from '../../bounds/box.ts'
import { activationNodes, isGrafted, type ActivationNode } from '../../nn/index.ts'
import type { Store } from '../../store/store.ts'

/** `line`: grafted; `zero`: a line that gives 0 whatever it reads, as activation pruning leaves it. */
const states = ['active', 'inactive', 'unstable', 'line', 'zero'] as const
type State = (typeof states)[number]

/** Sums over the images seen; `counts` [neurons]: on how many of them each neuron was unstable. */
interface LayerSums {
  readonly activation: ActivationNode
  readonly sums: Record<State | 'lower', number>
  readonly counts: Uint32Array
}

const imagesSeries = 'neurons.images'
/** Least milliseconds between two writes: a large network has many neurons. */
const writeEvery = 5_000

/**
 * Kept as metrics of the run: `neurons.images`; `neurons.LAYER.STATE` and `neurons.LAYER.lower` (the mean lower bound of its
 * pre-activations), each a sum over images; `neurons.LAYER.count`, whose step is the neuron. All by plain CROWN bounds, so
 * that runs with different verifiers can be compared. A resumed run goes on from what was written.
 */
export class NeuronSurvey {
  readonly #store: Store
  readonly #runId: string
  readonly #bounder: Bounder
  readonly #layers: readonly LayerSums[]
  #images = 0
  #pending: PreActivationBounds | null = null
  #written = performance.now()

  private constructor(store: Store, runId: string, bounder: Bounder) {
    this.#store = store
    this.#runId = runId
    this.#bounder = bounder
    this.#layers = activationNodes(bounder.network).map((activation) => ({
      activation,
      sums: { active: 0, inactive: 0, unstable: 0, line: 0, zero: 0, lower: 0 },
      counts: new Uint32Array(activation.neurons),
    }))
  }

  static async open(store: Store, runId: string, bounder: Bounder): Promise<NeuronSurvey> {
    const survey = new NeuronSurvey(store, runId, bounder)
    await survey.#takeUp()
    return survey
  }

  /** Bounds around one image. @returns how many ReLUs may be on and off; lines and sigmoids never count */
  async look(box: Box, signal: AbortSignal): Promise<number> {
    const bounds = await this.#bounder.preActivations(box, { signal })
    this.#pending = bounds
    let unstable = 0
    for (const { activation } of this.#layers) {
      const interval = bounds.get(activation.preActivationNode)
      for (let i = 0; interval && i < activation.neurons; i++) if (splits(activation, i, interval)) unstable += 1
    }
    return unstable
  }

  /** Counts the image looked at last: once its verdict is recorded, so that a resumed run counts none twice. */
  async count(): Promise<void> {
    const bounds = this.#pending
    if (bounds === null) return
    this.#pending = null
    for (const layer of this.#layers) {
      const interval = bounds.get(layer.activation.preActivationNode)
      if (interval) add(layer, interval)
    }
    this.#images += 1
    if (performance.now() - this.#written > writeEvery) await this.write()
  }

  async write(): Promise<void> {
    if (this.#images === 0) return
    const points = [{ series: imagesSeries, step: 0, value: this.#images }]
    for (const { activation, sums, counts } of this.#layers) {
      const name = `neurons.${activation.node.id}`
      for (const [key, value] of Object.entries(sums)) points.push({ series: `${name}.${key}`, step: 0, value })
      counts.forEach((value, step) => points.push({ series: `${name}.count`, step, value }))
    }
    await this.#store.metrics.append(points.map((point) => ({ runId: this.#runId, ...point })))
    this.#written = performance.now()
  }

  async #takeUp(): Promise<void> {
    const value = async (series: string): Promise<number> =>
      (await this.#store.metrics.ofRun(this.#runId, series)).at(0)?.value ?? 0
    this.#images = await value(imagesSeries)
    if (this.#images === 0) return
    for (const { activation, sums, counts } of this.#layers) {
      const name = `neurons.${activation.node.id}`
      for (const key of [...states, 'lower'] as const) sums[key] = await value(`${name}.${key}`)
      for (const point of await this.#store.metrics.ofRun(this.#runId, `${name}.count`))
        counts[point.step] = point.value
    }
  }
}

/** Adds one image's bounds of one layer. */
function add({ activation, sums, counts }: LayerSums, interval: Interval): void {
  for (let i = 0; i < activation.neurons; i++) {
    sums[stateOf(activation, i, interval)] += 1
    sums.lower += interval.lower[i] / activation.neurons
    if (splits(activation, i, interval)) counts[i] += 1
  }
}

/** Whether branch and bound may have to split the neuron. */
function splits(activation: ActivationNode, neuron: number, interval: Interval): boolean {
  return !isCurved(activation) && stateOf(activation, neuron, interval) === 'unstable'
}

function isCurved({ node: { layer } }: ActivationNode): boolean {
  return layer.kind === 'sigmoid' || layer.kind === 'graftedSigmoid'
}

/** A sigmoid that is no line is curved wherever its input lies: no verifier finds it stable. */
function stateOf(activation: ActivationNode, neuron: number, { lower, upper }: Interval): State {
  const { layer } = activation.node
  if (isGrafted(layer) && layer.mask.data[neuron] === 1)
    return layer.slope.data[neuron] === 0 && layer.intercept.data[neuron] === 0 ? 'zero' : 'line'
  if (isCurved(activation) || (lower[neuron] < 0 && upper[neuron] > 0)) return 'unstable'
  return lower[neuron] >= 0 ? 'active' : 'inactive'
}
