// The exact end of domains with nothing left to split: their linear programme, through whatever solver is plugged in.
import type { Box, OutputRows, PreActivationBounds } from '../../bounds/box.ts'
import type { Cone } from '../../bounds/graph.ts'
import type { Network } from '../../nn/index.ts'
import type { Cell } from '../milp/cell.ts'
import type { DomainRecord } from './pool.ts'
import type { OpenNeurons } from './root.ts'

/** `bound` holds over the cell (Infinity: empty, −Infinity: not found); `point` is the minimiser, a candidate counterexample. */
export interface CellSolver {
  solve(cell: Cell, signal: AbortSignal): Promise<{ bound: number; point: Float64Array | null }>
}

export interface CellContext {
  readonly network: Network
  readonly cone: Cone
  readonly open: OpenNeurons
  readonly box: Box
  readonly bounds: PreActivationBounds
  readonly rows: OutputRows
}

export class CellSettler {
  readonly #context: CellContext
  readonly #solver: CellSolver | undefined

  constructor(context: CellContext, solver: CellSolver | undefined) {
    this.#context = context
    this.#solver = solver
  }

  /** Lower bound of the row, or of the largest row for a mixture, over the cell. */
  async settle(
    domain: Pick<DomainRecord, 'row' | 'sign' | 'mix'>,
    signal: AbortSignal,
  ): Promise<{ bound: number; point: Float64Array | null }> {
    if (!this.#solver) return { bound: -Infinity, point: null }
    const { network, box, bounds, rows } = this.#context
    const phases = this.#phases(domain.sign)
    const question = { network, box, bounds, phases, rows, row: domain.row, largest: domain.mix !== null }
    return await this.#solver.solve(question, signal)
  }

  #phases(sign: Int8Array): Map<string, Int8Array> {
    const { cone, open } = this.#context
    const flat = new Int8Array(cone.neurons)
    open.index.forEach((place, u) => (flat[place] = sign[u]))
    return new Map(
      cone.activations.map(({ source, offset, neurons }) => [source, flat.slice(offset, offset + neurons)]),
    )
  }
}
