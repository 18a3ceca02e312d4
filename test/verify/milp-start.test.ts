// A start that is no optimum: HiGHS' presolve has taken one for it, which would verify what a worse point refutes.
import { afterAll, expect, it } from 'vitest'
import { ModelBuilder } from '../../core/verify/milp/sparse-model.ts'
import { SolverPool } from '../../core/verify/milp/solver-pool.ts'

const pool = new SolverPool(1)
afterAll(() => pool.close())

const ranges = [
  [0.00079425685302903, 0.0024535113372811494],
  [0.000691582800611078, 0.0020583967812781807],
  [0.00047402141131110663, 0.0017364409061440675],
  [8971.863230956615, 8971.863265976472],
  [2212.5866883130393, 2212.586725840005],
  [2831.7727431699154, 2831.772821179867],
  [0.8600005314643709, 0.8600005357711297],
  [-7.159538259130351e-10, 7.246391700236167e-10],
] as const
/** [lower, upper, indices, values]; column 8 is a binary. */
const rows: readonly (readonly [number, number, readonly number[], readonly number[]])[] = [
  [
    -8971.86328125408,
    -8971.86328124592,
    [0, 1, 2, 3],
    [-0.007431405130773783, -0.004774846602231264, -0.01280306838452816, -1],
  ],
  [
    -2212.5866699228814,
    -2212.5866699208686,
    [0, 1, 2, 4],
    [0.009176750667393208, 0.015300227329134941, 0.0010993279283866286, -1],
  ],
  [-2831.772705079413, -2831.772705076837, [0, 1, 5], [0.030461838468909264, 0.020094892010092735, -1]],
  [
    -0.25702652335210124,
    -0.2570265233512374,
    [3, 4, 5, 6],
    [0.00006760919495718554, 0.000018681357687455602, -0.000015870116840233095, -1],
  ],
  [-1.7673116779933721e-9, Infinity, [7, 8], [1, -1.4405929959366519e-9]],
  [1, 1, [8], [1]],
]

it('is not taken for the optimum where presolve leaves nothing to search', async () => {
  const builder = new ModelBuilder()
  for (const [lower, upper] of ranges) builder.addColumn(lower, upper)
  builder.addBinary()
  for (const [lower, upper, indices, values] of rows) builder.addRow(lower, upper, indices, values)
  const model = builder.build({ indices: [7], values: [1], constant: 0 })
  const start = Float64Array.of(...ranges.map(([lower, upper]) => (lower + upper) / 2), 1)
  const { dualBound } = await pool.solve(model, { seconds: 20, start }, new AbortController().signal)
  expect(dualBound).toBeLessThan(-3.26e-10)
})
