// The list of instances of a benchmark: instances.csv, without header, `onnx,vnnlib,timeout`.
import { dirname, join } from 'node:path'
import { readWhole } from '../file.ts'
import { csvError, csvRows } from './csv.ts'

export interface Instance {
  /** As the file has them, relative to its folder. */
  readonly onnx: string
  readonly vnnlib: string
  /** Seconds. */
  readonly timeout: number
}

const maximumBytes = 2 ** 26

/** @throws EspalierError 'vnncomp/csv' naming the line */
export function parseInstances(text: string): readonly Instance[] {
  return csvRows(text).map(({ fields, line }) => {
    const [onnx, vnnlib, limit] = fields
    const timeout = Number(limit)
    if (fields.length !== 3 || onnx === '' || vnnlib === '') throw csvError('it is not onnx,vnnlib,timeout', line)
    if (limit === '' || !(timeout > 0 && timeout < Infinity)) throw csvError(`"${limit}" is no time limit`, line)
    return { onnx, vnnlib, timeout }
  })
}

/** An instance with the paths of its files. */
export interface InstanceFiles extends Instance {
  readonly onnxPath: string
  readonly vnnlibPath: string
}

/** Reads instances.csv. @throws EspalierError as `parseInstances`, and 'input/*' for the file itself */
export async function readInstances(path: string): Promise<readonly InstanceFiles[]> {
  const folder = dirname(path)
  const instances = parseInstances((await readWhole(path, maximumBytes)).toString('utf8'))
  return instances.map((instance) => ({
    ...instance,
    onnxPath: join(folder, instance.onnx),
    vnnlibPath: join(folder, instance.vnnlib),
  }))
}
