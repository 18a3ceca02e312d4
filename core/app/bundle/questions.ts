// The question behind each instance of a bundle, from network and image alone: what is written out and what is checked again.
import type { Network } from '../../nn/index.ts'
import { csvLine } from '../../io/vnncomp/csv.ts'
import { wordOfVerdict, writeResults } from '../../io/vnncomp/results.ts'
import { writeVnnlib } from '../../io/vnnlib/write.ts'
import type { Disjunct } from '../../io/vnnlib/property.ts'
import { shapeOf, sizeOf } from '../../nn/index.ts'
import { robustness, type Problem } from '../../verify/problem.ts'
import { bundleFiles, type BundleInstance, type ImageInstance } from './manifest.ts'

/** @param images float32 pixels, [rows, channels·height·width] */
export function problemOf(
  network: Network,
  images: Float32Array,
  { row, label, target, epsilon, clip }: ImageInstance,
): Problem {
  const size = sizeOf(network.inputShape)
  const image = images.slice(row * size, (row + 1) * size)
  return robustness({ network, image, label, epsilon, clip, ...(target === null ? {} : { target }) })
}

/** VNN-LIB 1.0: sat where a row is not positive (untargeted), or where none is (targeted). */
export function propertyText(
  { network, box, property }: Problem,
  { image, label, target, epsilon }: ImageInstance,
): string {
  const { rows } = property
  const outputs = sizeOf(shapeOf(network, network.output))
  const single = (r: number): Disjunct => ({
    box,
    rows: {
      rows: 1,
      coefficients: rows.coefficients.slice(r * outputs, (r + 1) * outputs),
      offsets: rows.offsets.slice(r, r + 1),
    },
  })
  const disjuncts =
    property.kind === 'any-positive' ? [{ box, rows }] : Array.from({ length: rows.rows }, (_, r) => single(r))
  const question = target === null ? 'any other class' : `class ${target}`
  const title = `test image ${image} of class ${label}, every pixel within ${epsilon}: sat where it can become ${question}`
  return writeVnnlib({ inputSize: sizeOf(network.inputShape), outputSize: outputs, disjuncts, title })
}

export function instancesText(instances: readonly BundleInstance[]): string {
  return instances
    .map(({ property, timeoutSeconds }) => `${csvLine([bundleFiles.onnx, property, timeoutSeconds])}\n`)
    .join('')
}

export function resultsText(instances: readonly BundleInstance[]): string {
  const results = instances.map(({ property, verdict, seconds }) => ({
    onnx: bundleFiles.onnx,
    vnnlib: property,
    word: wordOfVerdict[verdict],
    seconds,
  }))
  return writeResults('espalier', results)
}
