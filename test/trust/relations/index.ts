// All relations by theme.
import { envelopeNeuronRelations } from './envelope-neurons.ts'
import { envelopeRelations } from './envelopes.ts'
import { equalityRelations } from './equalities.ts'
import { instabilityRelations } from './instability.ts'
import type { Relation, Relations } from './relation.ts'
import { sigmoidRelations } from './sigmoid.ts'
import { soundnessRelations } from './soundness.ts'
import { tightnessRelations } from './tightness.ts'
import { trapRelations } from './traps.ts'

export const allRelations: Readonly<Record<string, Relations>> = {
  soundness: soundnessRelations,
  sigmoid: sigmoidRelations,
  tightness: tightnessRelations,
  equalities: equalityRelations,
  envelopes: envelopeRelations,
  envelopesOfNeurons: envelopeNeuronRelations,
  instability: instabilityRelations,
  traps: trapRelations,
}

/** The relation of that name. */
export function relationNamed(name: string): Relation {
  for (const relations of Object.values(allRelations)) if (name in relations) return relations[name]
  throw new RangeError(`no relation is called "${name}"`)
}
