// The questions of a bundle that is checked, put again from its own files: of images, or of properties.
import { EspalierError } from '../../contract/errors.ts'
import { exportOnnx } from '../../io/onnx/export.ts'
import { translateOnnx } from '../../io/onnx/import/import.ts'
import type { Translation } from '../../io/onnx/import/graph.ts'
import { bindProperty } from '../../io/vnnlib/bind.ts'
import { parseVnnlib } from '../../io/vnnlib/parse.ts'
import { networkHash, parseNetwork, type Network } from '../../nn/index.ts'
import type { Problem } from '../../verify/problem.ts'
import { violationProblems } from '../../verify/vnnlib-problem.ts'
import { altered } from './failure.ts'
import {
  bundleFiles,
  IMAGE_FORMAT,
  type BundleInstance,
  type ImageManifest,
  type PropertyManifest,
} from './manifest.ts'
import { readNpy } from './npy.ts'
import { problemOf, propertyText } from './questions.ts'
import type { OpenBundle } from './read.ts'

/** One instance and its question. */
export interface AskedAgain {
  readonly instance: BundleInstance
  /** As people call it: `image 3`, or the name of the property. */
  readonly label: string
  /** The instance holds where all of them do. */
  problems(): Promise<readonly Problem[]>
}

export interface CheckedSubject {
  readonly network: Network
  readonly asked: readonly AskedAgain[]
}

/** @throws EspalierError 'bundle/altered' where network, model file and questions do not belong together */
export async function openSubject({ manifest, read }: OpenBundle): Promise<CheckedSubject> {
  const network = parseNetwork(await read(bundleFiles.network))
  if (networkHash(network) !== manifest.network) throw altered('its network is another one than the manifest says')
  const onnx = await read(bundleFiles.onnx)
  const asked =
    manifest.format === IMAGE_FORMAT
      ? await imagesAsked(manifest, read, network, onnx)
      : propertiesAsked(manifest, read, network, onnx)
  return { network, asked }
}

async function imagesAsked(
  manifest: ImageManifest,
  read: OpenBundle['read'],
  network: Network,
  onnx: Buffer,
): Promise<readonly AskedAgain[]> {
  if (!onnx.equals(exportOnnx(network)))
    throw altered(`${bundleFiles.onnx} is not what Espalier ${manifest.espalier} exports for its network`)
  const images = await readImages(manifest, read, network)
  return manifest.instances.map((instance) => ({
    instance,
    label: `image ${instance.image}`,
    async problems() {
      const problem = problemOf(network, images, instance)
      const text = (await read(instance.property)).toString('utf8')
      if (text !== propertyText(problem, instance)) throw altered(`${instance.property} asks another question`)
      return [problem]
    },
  }))
}

async function readImages(
  { shape, instances }: ImageManifest,
  read: OpenBundle['read'],
  network: Network,
): Promise<Float32Array> {
  if (shape.join() !== network.inputShape.join()) throw altered('its images do not fit its network')
  const rows = new Set(instances.map(({ row }) => row))
  if (instances.some(({ row }) => row >= rows.size)) throw altered('an instance names an image that is not there')
  const images = readNpy(await read(bundleFiles.images), [rows.size, ...shape])
  const numbers = new Map<number, number>()
  for (const { row, image } of instances) {
    if ((numbers.get(row) ?? image) !== image)
      throw altered(`two images claim to be number ${row} of ${bundleFiles.images}`)
    numbers.set(row, image)
  }
  return images
}

/** Here model and properties are files from elsewhere: the model must be read as the network, or be our own export of it. */
function propertiesAsked(
  manifest: PropertyManifest,
  read: OpenBundle['read'],
  network: Network,
  onnx: Buffer,
): readonly AskedAgain[] {
  const ports = translated(onnx)
  if (networkHash(ports.network) !== manifest.network && !onnx.equals(exportOnnx(network)))
    throw altered(`${bundleFiles.onnx} is not the network that Espalier ${manifest.espalier} read`)
  return manifest.instances.map((instance) => ({
    instance,
    label: instance.name,
    async problems() {
      const text = (await read(instance.property)).toString('utf8')
      return violationProblems(network, bindProperty(parseVnnlib(text), ports))
    },
  }))
}

function translated(onnx: Buffer): Translation {
  try {
    return translateOnnx(onnx)
  } catch (cause) {
    if (!(cause instanceof EspalierError)) throw cause
    throw altered(`${bundleFiles.onnx} cannot be read (${cause.message})`)
  }
}
