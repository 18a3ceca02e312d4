// One rule per training method: a method of the recipe without a rule does not compile.
import type { TrainMethod } from '../../contract/recipe.ts'
import { crownIbp, ibp } from './certified.ts'
import { fat } from './fat.ts'
import type { TrainingMethod } from './method.ts'
import { pgd } from './pgd.ts'
import { standard } from './standard.ts'
import { trades } from './trades.ts'

type Kind = TrainMethod['kind']
type Method<K extends Kind> = Extract<TrainMethod, { kind: K }>

const methods: { readonly [K in Kind]: TrainingMethod<Method<K>> } = {
  standard,
  fat,
  pgd,
  trades,
  ibp,
  'crown-ibp': crownIbp,
}

/** The rule of a method. The cast is safe because the key is the method's kind. */
export function ruleOfMethod(method: TrainMethod): TrainingMethod<TrainMethod> {
  return methods[method.kind]
}
