// Reads VNN-LIB 1.0 and 2.0 properties.
import { readWhole } from '../file.ts'
import { DisjunctBuilder } from './disjunct.ts'
import { atomText, clipped, headOf, topLevel, type Expression, type List } from './expression.ts'
import { propertyError } from './failure.ts'
import { allOf, alternatives, type Conjunction } from './formula.ts'
import { maximumBytes } from './limits.ts'
import type { Disjunct, VnnlibProperty } from './property.ts'
import { Variables } from './variables.ts'

/** SMT-LIB commands that say nothing about the property. */
const commands = new Set(['set-logic', 'set-option', 'set-info', 'check-sat', 'get-model', 'get-value', 'exit'])

/**
 * The property in the text of a `.vnnlib` file. It states the violation: `sat` means a counterexample exists.
 * @throws EspalierError 'property/syntax', 'property/unsupported', 'property/too-large', naming the line
 */
export function parseVnnlib(text: string): VnnlibProperty {
  if (text.length > maximumBytes) throw propertyError('property/too-large', 'the file is too long', 0)
  const reader = new PropertyReader()
  for (const form of topLevel(text)) reader.read(form)
  return reader.finish()
}

/** Reads a `.vnnlib` or `.vnnlib.gz` file. @throws EspalierError as `parseVnnlib`, and 'input/*', 'data/*' for the file itself. */
export async function readVnnlibFile(path: string): Promise<VnnlibProperty> {
  return parseVnnlib(await readVnnlibText(path))
}

/** The text of a property, unpacked where the file is. @throws EspalierError 'input/*', 'data/gzip', 'data/too-large' */
export async function readVnnlibText(path: string): Promise<string> {
  return (await readWhole(path, maximumBytes)).toString('utf8')
}

class PropertyReader {
  readonly #variables = new Variables()
  readonly #common: Conjunction[number][] = []
  #choices: readonly Conjunction[] = [[]]
  #version: '1.0' | '2.0' = '1.0'

  read(form: List): void {
    const { name, rest } = headOf(form)
    if (name === 'assert') this.#assert(form, rest)
    else if (name === 'declare-const' || name === 'declare-fun') this.#variables.declareElement(form, rest)
    else if (name === 'declare-network') this.#variables.declareNetwork(form, rest)
    else if (name === 'vnnlib-version') this.#version = versionOf(form, rest)
    else if (!commands.has(name))
      throw propertyError('property/unsupported', `(${clipped(name)} …) is not read`, form.line)
  }

  finish(): VnnlibProperty {
    const variables = this.#variables
    if (this.#version === '1.0') variables.closeElements()
    else if (variables.inputs.length === 0) throw propertyError('property/syntax', 'no network is declared', 0)
    const builder = new DisjunctBuilder(variables, this.#common)
    const disjuncts = this.#choices.map((own) => builder.build(own)).filter((each): each is Disjunct => each !== null)
    const { inputs, outputs, inputSize, outputSize } = variables
    return { version: this.#version, inputs, outputs, inputSize, outputSize, disjuncts }
  }

  #assert({ line }: List, rest: readonly Expression[]): void {
    if (rest.length !== 1) throw propertyError('property/syntax', 'assert takes one formula', line)
    const found = alternatives(rest[0], this.#variables)
    if (found.length === 1) for (const constraint of found[0]) this.#common.push(constraint)
    else this.#choices = allOf([this.#choices, found], line)
  }
}

function versionOf({ line }: List, rest: readonly Expression[]): '1.0' | '2.0' {
  const text = atomText(rest.at(0), 'the version', line)
  const version = /^<?([12]\.0)>?$/.exec(text)?.[1]
  if (version === '1.0' || version === '2.0') return version
  throw propertyError('property/unsupported', `version ${clipped(text)} is not read (1.0 and 2.0 are)`, line)
}
