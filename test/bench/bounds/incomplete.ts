// CROWN and α-CROWN, without and with envelopes, on the inputs that auto_LiRPA was measured on (../shared/peers): how tight, how long.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { unzipSync } from 'fflate'
import type { OutputRows } from '../../../core/bounds/box.ts'
import { createBounder } from '../../../core/bounds/bounder.ts'
import { plainCrown, type AscentSettings } from '../../../core/bounds/row-ascent.ts'
import { openEngine } from '../../../core/engine/engine.ts'
import { readOnnxFile } from '../../../core/io/index.ts'
import { fuseBatchNorm } from '../../../core/nn/index.ts'
import { median } from '../engine/timing.ts'

const shared = join(import.meta.dirname, '../../../../shared')
const REPETITIONS = 3

interface Inputs {
  readonly count: number
  readonly lower: Float64Array
  readonly upper: Float64Array
  readonly labels: Float64Array
}

/** The arrays of an .npz of little-endian float32, float64 or int64. */
function readInputs(path: string): Inputs {
  const files = unzipSync(readFileSync(path))
  const array = (name: string): Float64Array => {
    const bytes = files[`${name}.npy`]
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const start = 10 + view.getUint16(8, true)
    const header = new TextDecoder().decode(bytes.subarray(10, start))
    const type = /'descr': '(<[fi][48])'/.exec(header)?.[1] ?? 'none'
    const size = Number(type[2])
    const read = (at: number): number =>
      type === '<f4'
        ? view.getFloat32(at, true)
        : type === '<f8'
          ? view.getFloat64(at, true)
          : Number(view.getBigInt64(at, true))
    return Float64Array.from({ length: (bytes.length - start) / size }, (_, i) => read(start + i * size))
  }
  const labels = array('y')
  return { count: labels.length, lower: array('lo'), upper: array('hi'), labels }
}

/** y_label − y_t for every other class. */
function margins(label: number, classes: number): OutputRows {
  const coefficients = new Float64Array((classes - 1) * classes)
  const others = Array.from({ length: classes }, (_, t) => t).filter((t) => t !== label)
  others.forEach((t, row) => {
    coefficients[row * classes + label] = 1
    coefficients[row * classes + t] = -1
  })
  return { rows: classes - 1, coefficients, offsets: new Float64Array(classes - 1) }
}

const cases = [
  { model: 'mnist-net_256x4', onnx: 'benchmarks/vnncomp/mnistfc/onnx/mnist-net_256x4.onnx' },
  { model: 'cifar_base_kw', onnx: 'benchmarks/vnncomp/oval21/onnx/cifar_base_kw.onnx' },
]
const methods: { name: string; ascent: AscentSettings; envelopes?: true }[] = [
  { name: 'CROWN', ascent: plainCrown },
  { name: 'α-CROWN 20, step 0.1', ascent: { iterations: 20, rate: 0.1, decay: 0.98 } },
  { name: 'α-CROWN 20, step 0.5', ascent: { iterations: 20, rate: 0.5, decay: 0.98 } },
  { name: 'CROWN with envelopes', ascent: plainCrown, envelopes: true },
  { name: 'α-CROWN 20 with envelopes', ascent: { iterations: 20, rate: 0.5, decay: 0.98 }, envelopes: true },
]

if (!existsSync(shared)) process.stdout.write('skipped: ../shared with the inputs is not there\n')
else {
  const engine = await openEngine({ provider: 'cpu' })
  for (const { model, onnx } of cases) {
    const network = fuseBatchNorm((await readOnnxFile(join(shared, onnx))).network)
    for (const batch of [1, 16]) {
      const { count, lower, upper, labels } = readInputs(join(shared, `peers/bounds-inputs/${model}_B${batch}.npz`))
      const inputs = lower.length / count
      for (const { name, ascent, envelopes = false } of methods) {
        const times: number[] = []
        let all = 0
        let least = 0
        for (let repetition = 0; repetition < (batch === 1 ? REPETITIONS : 1); repetition++) {
          all = least = 0
          const started = performance.now()
          for (let image = 0; image < count; image++) {
            const bounder = createBounder(engine, network)
            const box = {
              lower: lower.slice(image * inputs, (image + 1) * inputs),
              upper: upper.slice(image * inputs, (image + 1) * inputs),
            }
            const known = await bounder.preActivations(box, { envelopes })
            const bounds =
              ascent.iterations > 0 ? await bounder.preActivations(box, { ascent, known, envelopes }) : known
            const rows = margins(labels[image], 10)
            const first = envelopes ? bounder.firstLayer(box, bounds) : undefined
            const { lower: found } = await bounder.outputs(box, rows, bounds, ascent, first)
            all += found.reduce((sum, value) => sum + value, 0) / found.length / count
            least += Math.min(...found) / count
          }
          times.push(performance.now() - started)
        }
        process.stdout.write(
          `${model} ${batch} image${batch > 1 ? 's' : ''}, ${name}: mean ${all.toFixed(5)}, mean smallest ${least.toFixed(5)}, ${median(times).toFixed(0)} ms\n`,
        )
      }
    }
  }
  await engine.dispose()
}
