// The wizard's words and choices apart from its screens: files that stay, scores named, the last look.
import { describe, expect, it } from 'vitest'
import type { FileHandle } from '../../core/contract/files.ts'
import { recipeSchema } from '../../core/contract/recipe.ts'
import { placeOf } from '../../renderer/logic/files.ts'
import { reviewLines } from '../../renderer/logic/review.ts'
import { parseRoute } from '../../renderer/logic/routes.ts'
import { scoreNote, scoreTitle } from '../../renderer/logic/scores.ts'

describe('a network that is dropped', () => {
  const network = { id: 'n', kind: 'network' } as FileHandle
  const property = { id: 'p', kind: 'property' } as FileHandle

  it('stays in the wizard where that is open, and goes to the check with a property', () => {
    expect(placeOf([network], parseRoute('#/wizard/data'))).toBe('#/wizard/model?file=n')
    expect(placeOf([network, property], parseRoute('#/wizard/model'))).toBe('#/check?network=n&property=p')
    expect(placeOf([network], parseRoute('#/runs'))).toBe('#/check?network=n')
  })
})

describe('the last look', () => {
  it('says what happens at every step, and what does not', () => {
    const recipe = recipeSchema.parse({
      name: 'look',
      variants: [
        { name: 'baseline', from: 'model:net-1' },
        { name: 'pruned', from: 'baseline', simplify: { method: 'weight', ratio: 0.4 }, fineTune: { epochs: 0 } },
      ],
      verify: { epsilon: 0.02, images: { select: 'first', count: 5 }, timeoutSeconds: 30 },
    })
    expect(reviewLines(recipe, { title: 'mine', neurons: 112 }).map(({ text }) => text)).toEqual([
      'Sample set, 10,000 training and 2,000 test images',
      'mine, 112 hidden neurons',
      'Nothing; taken as it is',
      'Weight pruning, a share of 0.4, then no epoch of fine-tuning',
      'Automatic, ε = 0.02, the first 5 test images, at most 30 s per image',
    ])
  })
})

describe('the last look at training', () => {
  const trainLine = (train: object) => {
    const recipe = recipeSchema.parse({ name: 'look', seed: 7, variants: [{ name: 'a', architecture: 'net1', train }] })
    return reviewLines(recipe, { title: 'NET1', neurons: 112 })[2].text
  }

  it('names what is not as it comes, and nothing else', () => {
    expect(trainLine({ epochs: 20 })).toBe('Standard, at most 20 epochs, batch 64, learning rate 0.1, seed 7')
    expect(
      trainLine({ epochs: 20, gammaL1: 0.002, schedule: { kind: 'cosine' }, earlyStop: null, augment: { flip: true } }),
    ).toBe(
      'Standard, at most 20 epochs, batch 64, learning rate 0.1, Schedule Cosine, Early stop none, Sparsity λ 0.002, Augment changed, seed 7',
    )
    expect(trainLine({ epochs: 5, method: { kind: 'trades' }, epsilon: 0.05 })).toContain(
      'TRADES at ε = 0.05, at most 5',
    )
  })
})

describe('scores', () => {
  it('are named, and it is said which go first', () => {
    expect(scoreTitle({ method: 'neuron' })).toBe('batch-norm scale |γ|')
    expect(scoreNote({ method: 'neuron' })).toBe('The lowest go first.')
    expect(scoreTitle({ method: 'graft', criterion: 'cost' })).toContain('costs a verifier')
    expect(scoreNote({ method: 'graft', criterion: 'decaying' })).toMatch(/highest .* γ falls/)
    expect(scoreNote({ method: 'weight', gradual: { span: 0.5 } })).toContain('anew before every epoch')
  })
})
