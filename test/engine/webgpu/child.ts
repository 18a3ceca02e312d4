// Run by webgpu.test.ts in a process of its own, whose environment names the Vulkan driver: prints one JSON line of findings.
import { openEngine, probeDevices } from '../../../core/engine/engine.ts'
import type { Engine, ProgramDefinition, TensorData } from '../../../core/engine/engine.ts'
import { chooseFrom } from '../../../core/engine/probe/choose.ts'
import { parityCases } from '../parity/cases.ts'
import { difference } from '../parity/difference.ts'
import { parityProgram } from '../parity/program.ts'
import { alphaCrown, alphaCrownInputs, alphaCrownWeights } from '../programs/alpha-crown.ts'
import { gradAlignInputs, gradAlignStep, narrowCnnB } from '../programs/grad-align.ts'

/** Kernels of every family; the two whole programs below use most of the others. */
const kernels = [
  'Step',
  'Log1p',
  'OneHot',
  'StridedSlice',
  'PadV2',
  'GatherV2',
  'Max',
  'BatchMatMul',
  'EspalierConv2dTranspose',
  'EspalierConv2dFilter',
  'EspalierAvgPool2d',
] as const

export interface Findings {
  readonly report: { readonly available: boolean; readonly software: boolean | null; readonly selfTest: boolean | null }
  readonly choice: string
  readonly programs: number
  /** "program: what differs", none when all agree. */
  readonly differences: readonly string[]
}

async function compare(
  engines: readonly [Engine, Engine],
  definition: ProgramDefinition<string, string>,
  inputs: Readonly<Record<string, TensorData>>,
): Promise<string | null> {
  const [given, expected] = [
    await (await engines[0].compile(definition)).run(inputs),
    await (await engines[1].compile(definition)).run(inputs),
  ]
  return difference(given, expected, 2e-4)
}

async function main(): Promise<Findings> {
  const engines = [await openEngine({ provider: 'webgpu' }), await openEngine({ provider: 'cpu', threads: 1 })] as const
  const programs: [ProgramDefinition<string, string>, Readonly<Record<string, TensorData>>][] = kernels.map((name) => {
    const item = parityCases[name][0]
    const inputs = Object.fromEntries(Object.entries(item.inputs).map(([key, { data }]) => [key, data]))
    return [parityProgram(name, item), inputs]
  })
  const size = { layers: [20, 16, 16, 5], domains: 4 }
  programs.push([gradAlignStep(narrowCnnB), gradAlignInputs(narrowCnnB)])
  programs.push([alphaCrown(size, alphaCrownWeights(size.layers)), alphaCrownInputs(size)])
  const differences: string[] = []
  for (const [definition, inputs] of programs) {
    const wrong = await compare(engines, definition, inputs)
    if (wrong !== null) differences.push(`${definition.name}: ${wrong}`)
  }
  for (const engine of engines) await engine.dispose()
  const reports = await probeDevices(['webgpu', 'cpu'])
  return { report: reports[0], choice: chooseFrom(reports).provider, programs: programs.length, differences }
}

process.stdout.write(`${JSON.stringify(await main())}\n`)
