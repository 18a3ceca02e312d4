// What verifiers prepare once per network: the fused network, its bounder, the solver threads.
import { createBounder, type Bounder } from '../bounds/bounder.ts'
import { prepareGraph, type Graph } from '../certify/graph.ts'
import type { Engine } from '../engine/engine.ts'
import { fuseBatchNorm } from '../nn/fuse.ts'
import type { Network } from '../nn/index.ts'
import { memoryCap, partsOf, type MemoryParts } from './memory.ts'
import { SolverPool } from './milp/solver-pool.ts'

export interface PreparedNetwork {
  /** As the problem has it; what witnesses are replayed on. */
  readonly original: Network
  /** Without batch norm; what bounds, attacks and MILP work on. */
  readonly fused: Network
  readonly bounder: Bounder
  /** The original network for proofs in float64, made when first asked for. @throws EspalierError 'certificate/unsupported' */
  graph(): Graph
}

/** Shared by the verifiers that one `createVerifier` call makes. Networks are kept as long as their owner keeps them. */
export class VerifyContext {
  readonly engine: Engine
  readonly pool: SolverPool
  readonly memory: MemoryParts
  readonly #networks = new WeakMap<Network, PreparedNetwork>()

  /** `solverThreads`: 2 unless said. `memoryBytes`: most for this process; half of the machine unless said. */
  constructor(engine: Engine, options: { readonly solverThreads?: number; readonly memoryBytes?: number } = {}) {
    const { solverThreads, memoryBytes = memoryCap(0) } = options
    this.engine = engine
    this.memory = partsOf(memoryBytes)
    this.pool = new SolverPool(solverThreads, { memoryBytes })
  }

  prepare(original: Network): PreparedNetwork {
    const known = this.#networks.get(original)
    if (known) return known
    const fused = fuseBatchNorm(original)
    let graph: Graph | undefined
    const prepared: PreparedNetwork = {
      original,
      fused,
      bounder: createBounder(this.engine, fused, { memoryBytes: this.memory.call }),
      graph: () => (graph ??= prepareGraph(original)),
    }
    this.#networks.set(original, prepared)
    return prepared
  }
}
