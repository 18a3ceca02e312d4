// results.csv while it grows: one whole line an instance, so that a benchmark that was stopped goes on where it was.
import { appendFile, mkdir, readFile, truncate } from 'node:fs/promises'
import { dirname } from 'node:path'
import { instanceKey, parseResults, resultLine, type InstanceResult } from '../../io/vnncomp/results.ts'

export class ResultsFile {
  readonly #path: string
  readonly #category: string
  readonly #results: Map<string, InstanceResult>

  private constructor(path: string, category: string, results: Map<string, InstanceResult>) {
    this.#path = path
    this.#category = category
    this.#results = results
  }

  /**
   * Reads what is there; a last line cut short by a crash is dropped.
   * @throws EspalierError 'vnncomp/csv' where the file is something else
   */
  static async open(path: string, category: string): Promise<ResultsFile> {
    await mkdir(dirname(path), { recursive: true })
    const text = await readFile(path, 'utf8').catch((thrown: unknown) => {
      if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return ''
      throw thrown
    })
    const whole = text.slice(0, text.lastIndexOf('\n') + 1)
    const results = new Map(parseResults(whole))
    if (whole.length < text.length) await truncate(path, Buffer.byteLength(whole))
    return new ResultsFile(path, category, results)
  }

  find(instance: { readonly onnx: string; readonly vnnlib: string }): InstanceResult | undefined {
    return this.#results.get(instanceKey(instance.onnx, instance.vnnlib))
  }

  async add(result: InstanceResult, prepareSeconds: number): Promise<void> {
    await appendFile(this.#path, `${resultLine(this.#category, result, prepareSeconds)}\n`)
    this.#results.set(instanceKey(result.onnx, result.vnnlib), result)
  }
}
