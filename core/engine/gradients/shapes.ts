// Repairs TensorFlow.js gradients that forget that operands were broadcast, permute axes wrongly, or do not run at all.
import * as tf from '@tensorflow/tfjs-core'

type Tensor = tf.Tensor
type Partial = (dy: Tensor, a: Tensor, b: Tensor) => Tensor

/** The adjoint of broadcasting: `gradient` summed over the axes along which an operand of `shape` was repeated. */
function summedTo(gradient: Tensor, shape: number[]): Tensor {
  const axes = tf.broadcast_util.getReductionAxes(shape, gradient.shape)
  return tf.reshape(axes.length > 0 ? tf.sum(gradient, axes) : gradient, shape)
}

const masked = (dy: Tensor, mask: Tensor): Tensor => tf.mul(dy, tf.cast(mask, 'float32'))

/** dy times the partial derivatives in a and in b; a tie of Maximum and Minimum goes to a, as in TensorFlow.js. */
const partials: Readonly<Record<string, { readonly a: Partial; readonly b: Partial }>> = {
  Maximum: {
    a: (dy, a, b) => masked(dy, tf.greaterEqual(a, b)),
    b: (dy, a, b) => masked(dy, tf.less(a, b)),
  },
  Minimum: {
    a: (dy, a, b) => masked(dy, tf.lessEqual(a, b)),
    b: (dy, a, b) => masked(dy, tf.greater(a, b)),
  },
  SquaredDifference: {
    a: (dy, a, b) => tf.mul(dy, tf.mul(2, tf.sub(a, b))),
    b: (dy, a, b) => tf.mul(dy, tf.mul(2, tf.sub(b, a))),
  },
  /** b a^(b−1), and a^b log a where a > 0; a^b is computed anew, so that second derivatives pass through it. */
  Pow: {
    a: (dy, a, b) => tf.mul(dy, tf.mul(b, tf.pow(a, tf.sub(b, 1)))),
    b: (dy, a, b) => {
      const positive = tf.greater(a, 0)
      const logarithm = tf.where(positive, tf.log(tf.where(positive, a, tf.onesLike(a))), tf.zerosLike(a))
      return tf.mul(dy, tf.mul(tf.pow(a, b), logarithm))
    },
  },
}

/** TensorFlow.js' own gradient of a matrix product, summed over broadcast batches. */
function matmulGradient(dy: Tensor, a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean) {
  const da = () => (transposeA ? tf.matMul(b, dy, transposeB, true) : tf.matMul(dy, b, false, !transposeB))
  const db = () => (transposeB ? tf.matMul(dy, a, true, transposeA) : tf.matMul(a, dy, !transposeA, false))
  return { a: () => summedTo(da(), a.shape), b: () => summedTo(db(), b.shape) }
}

/** dy times the product of all the other entries, as the product of those before and those after: right at zeros too. */
function prodGradient(dy: Tensor, x: Tensor, axes: number[]): Tensor {
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis))
  const order = [...kept, ...axes]
  const turned = tf.transpose(x, order)
  const rows = tf.reshape(turned, [...kept.map((axis) => x.shape[axis]), -1])
  const last = rows.rank - 1
  const others = tf.mul(tf.cumprod(rows, last, true, false), tf.cumprod(rows, last, true, true))
  const wide = tf.reshape(tf.mul(tf.reshape(dy, [...rows.shape.slice(0, -1), 1]), others), turned.shape)
  return tf.transpose(wide, order.map((_, axis) => order.indexOf(axis))) // prettier-ignore
}

/** Registers the repaired gradients over the library's own; called once, after those. */
export function repairShapes(): void {
  for (const [kernelName, { a: inA, b: inB }] of Object.entries(partials)) {
    tf.registerGradient({
      kernelName,
      inputsToSave: ['a', 'b'],
      gradFunc: (dy, [a, b]) => ({
        a: () => summedTo(inA(dy as Tensor, a, b), a.shape),
        b: () => summedTo(inB(dy as Tensor, a, b), b.shape),
      }),
    })
  }
  tf.registerGradient({
    kernelName: tf.BatchMatMul,
    inputsToSave: ['a', 'b'],
    gradFunc: (dy, [a, b], attrs) => {
      const { transposeA, transposeB } = attrs as unknown as tf.BatchMatMulAttrs
      return matmulGradient(dy as Tensor, a, b, transposeA, transposeB)
    },
  })
  tf.registerGradient({
    kernelName: tf.Cumsum,
    gradFunc: (dy, _saved, attrs) => {
      const { axis, exclusive, reverse } = attrs as unknown as tf.CumsumAttrs
      return { x: () => tf.cumsum(dy as Tensor, axis, exclusive, !reverse) }
    },
  })
  tf.registerGradient({
    kernelName: tf.Prod,
    inputsToSave: ['x'],
    gradFunc: (dy, [x], attrs) => {
      const { axis } = attrs as unknown as tf.ProdAttrs
      return { x: () => prodGradient(dy as Tensor, x, tf.util.parseAxisParam(axis, x.shape)) }
    },
  })
}
