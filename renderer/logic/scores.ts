// What the scores behind a choice are, in words: their name for the axis, and how the choice goes by them.
import type { SimplifyOptions } from '../../core/contract/recipe.ts'
import type { Loose } from './draft.ts'

type Method = SimplifyOptions['method']

const titles: Readonly<Record<Method, string>> = {
  none: '',
  neuron: 'batch-norm scale |γ|',
  weight: 'magnitude |w|',
  sap: 'mean |neuron|',
  gap: 'mean |∂loss/∂neuron|',
  hydra: 'learned score',
  random: 'lot',
  graft: 'γ · rank of cost − rank of significance',
}

const graftTitles: Readonly<Record<string, string>> = {
  cost: 'rank of what the neuron costs a verifier',
  significance: '− rank of significance',
  random: 'lot',
}

/** What the axis of scores shows. */
export function scoreTitle(simplify: Loose): string {
  const graft = simplify['method'] === 'graft' ? graftTitles[String(simplify['criterion'])] : undefined
  return graft ?? titles[simplify['method'] as Method]
}

/** Which scores are chosen, and when they are looked at. */
export function scoreNote(simplify: Loose): string {
  const parts = [simplify['method'] === 'graft' ? 'The highest are chosen first.' : 'The lowest go first.']
  if (simplify['method'] === 'graft' && simplify['criterion'] === 'decaying')
    parts.push('γ falls while neurons are chosen, so that the last ones are chosen for significance alone.')
  const gradual = simplify['gradual'] as { rerank?: boolean } | null | undefined
  if (gradual && (gradual.rerank === true || simplify['method'] === 'weight'))
    parts.push('While fine-tuning, the scores are looked at anew before every epoch: these are those at the start.')
  return parts.join(' ')
}
