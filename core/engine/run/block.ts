// Finds out how many channels ONNX Runtime puts in a block of its own layout of images, which depends on the processor.
import { ort } from './ort.ts'
import { modelBytes, node, valueInfo } from '../onnx/model.ts'
import { onnxType } from '../onnx/schema.ts'
import { blockOp } from '../record/blocks.ts'

/** Enough channels for every size of block the runtime knows (8 and 16). */
const channels = 32

/**
 * Channels in a block, or null where the runtime has no such layout. It does not say; but put in blocks, the second place of
 * the first channel comes right behind the first place of the first block.
 */
export async function blockSize(): Promise<number | null> {
  const shape = [1, channels, 1, 2]
  const bytes = modelBytes({
    name: 'block',
    nodes: [node(blockOp.toBlocks, ['x'], ['y'])],
    initializers: [],
    inputs: [valueInfo('x', onnxType.float, shape)],
    outputs: [valueInfo('y', onnxType.float, shape)],
  })
  try {
    const session = await ort.InferenceSession.create(bytes, { intraOpNumThreads: 1, logSeverityLevel: 4 })
    const x = Float32Array.from({ length: 2 * channels }, (_, index) => index)
    const { y } = await session.run({ x: new ort.Tensor('float32', x, shape) })
    await session.release()
    const block = (y.data as Float32Array).indexOf(1)
    return block > 1 && channels % block === 0 ? block : null
  } catch {
    // Not every processor has the layout, and without it the runtime does not know the operator.
    return null
  }
}
