// What a wrong recipe is told: the code, the key path, the line, what is allowed, what was meant.
import { describe, expect, it } from 'vitest'
import { EspalierError } from '../../core/contract/errors.ts'
import { parseRecipe, recipeLimit } from '../../core/jobs/recipe/text.ts'

function refusal(yaml: string): EspalierError {
  try {
    parseRecipe(yaml)
  } catch (thrown) {
    if (thrown instanceof EspalierError) return thrown
    throw thrown
  }
  throw new Error('the recipe was accepted')
}

const head = 'name: it\nvariants:\n  - name: base\n    architecture: net1\n'

describe('a recipe with', () => {
  it('broken YAML names line and column', () => {
    const error = refusal('name: it\nvariants: [\n  - x\n')
    expect(error.code).toBe('recipe/syntax')
    expect(error.message).toMatch(/^Line \d+, column \d+: /)
  })

  it('an unknown key names it, the allowed ones and the one meant', () => {
    const error = refusal(`${head}    train:\n      epoch: 3\n`)
    expect(error.code).toBe('recipe/unknown-key')
    expect(error.message).toContain('variants[0].train.epoch (line 6) is not a key of a recipe')
    expect(error.message).toContain('allowed here: method, epsilon, epochs, batchSize, learningRate')
    expect(error.hint).toBe("Did you mean 'epochs'?")
  })

  it('an unknown key in one form of a choice names the keys of that form', () => {
    const error = refusal(`${head}data: { source: sample, directory: /tmp }\n`)
    expect(error.code).toBe('recipe/unknown-key')
    expect(error.message).toContain('data.directory (line 5) goes with data.source (line 5) auto or idx')
    expect(error.message).toContain('allowed here: source, train, test, seed')
  })

  it.each([
    ['seed: soon', 'seed (line 5)', 'a whole number, at least 0 and at most 4294967295'],
    ['threads: 1.5', 'threads (line 5)', 'a whole number, at least 0 and at most 256'],
    ['verify: { clip: maybe }', 'verify.clip (line 5)', 'true or false'],
    ['verify: { method: milk }', 'verify.method (line 5)', 'one of auto, attack, interval'],
    ['verify: { images: 3 }', 'verify.images (line 5)', 'keys with select: first | indices | unanimous | pie'],
    [
      'verify: { images: { select: indices, indices: [] } }',
      'verify.images.indices (line 5)',
      'a list with at least one',
    ],
    ['data: { source: folder }', 'data.source (line 5)', 'one of sample, auto, idx, cifar, npy, images, csv, svhn'],
  ])('a wrong value (%s) names the place and what is allowed', (line, place, wanted) => {
    const error = refusal(`${head}${line}\n`)
    expect(error.code).toBe('recipe/invalid')
    expect(error.message).toContain(place)
    expect(error.message).toContain(wanted)
  })

  it.each(['-0.1', '.nan', '.inf', '1.5', 'small'])('ε = %s is refused as such', (value) => {
    const error = refusal(`${head}verify: { epsilon: ${value} }\n`)
    expect(error.code).toBe('verify/epsilon')
    expect(error.message).toContain('verify.epsilon (line 5)')
    expect(error.message).toContain('a number, at least 0 and at most 1')
  })

  it('several faults tells all of them at once', () => {
    const error = refusal(`${head}seed: x\nverify: { epsilon: -1 }\n`)
    expect(error.message.split('\n')).toHaveLength(2)
  })

  it('a close word suggests it', () => {
    expect(refusal(`${head}verify: { method: alpha-crwon }\n`).hint).toBe("Did you mean 'alpha-crown'?")
    expect(refusal('name: it\nvariants:\n  - { name: a, architecture: net }\n').hint).toBe("Did you mean 'net1'?")
  })

  it.each(['', '[1]', 'text'])('nothing of a recipe in it (%j) is refused', (yaml) => {
    expect(refusal(yaml).code).toBe('recipe/invalid')
  })

  it('a list that contains itself is refused', () => {
    const error = refusal('name: it\nvariants: &v\n  - *v\n')
    expect(error.code).toBe('recipe/invalid')
    expect(error.message).toContain('contain themselves')
  })

  it('a very long value is quoted in short', () => {
    const error = refusal(`${head}description: ${'x'.repeat(100_000)}\n`)
    expect(error.message).toContain('description (line 5)')
    expect(error.message.length).toBeLessThan(500)
  })

  it('too many variants says how many there may be', () => {
    const error = refusal(`name: it\nvariants:\n${'  - { name: a, architecture: net1 }\n'.repeat(201)}`)
    expect(error.message).toContain('it must be a list of at most 200 entries')
  })

  it('more text than any recipe has is not even parsed', () => {
    const longest = recipeLimit.toLocaleString('en-US')
    expect(refusal(`# ${'x'.repeat(recipeLimit)}\n${head}`).message).toContain(`longer than ${longest} characters`)
  })

  it('an alias bomb is refused', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]']
    for (let i = 1; i < 12; i++)
      lines.push(
        `a${i}: &a${i} [${Array(9)
          .fill(`*a${i - 1}`)
          .join(', ')}]`,
      )
    expect(refusal(lines.join('\n')).code).toBe('recipe/syntax')
  })
})

describe('a recipe whose names do not fit together', () => {
  const variants = (...lines: string[]): string =>
    `name: it\nvariants:\n${lines.map((line) => `  - ${line}\n`).join('')}`

  it.each([
    [variants('{ name: a }'), 'variants[0] (line 3) has neither `architecture` nor `from`'],
    [variants('{ name: a, architecture: net1 }', '{ name: a, architecture: net1 }'), "'a' is used twice"],
    [variants('{ name: a, architecture: net1, from: b }'), 'variants[0].architecture (line 3) stands beside `from`'],
    [variants('{ name: a, from: b }', '{ name: b, architecture: net1 }'), "is 'b', which is no earlier variant"],
    [variants('{ name: a, from: "model:" }'), 'variants[0].from (line 3) names no model'],
    [variants('{ name: a, from: "run:mnist" }'), 'variants[0].from (line 3) names no run'],
    [variants('{ name: a, architecture: cnnB, simplify: { method: neuron, ratio: 0.5 } }'), 'no batch norm to rank'],
    [variants('{ name: a, architecture: cnnB, train: { gammaL1: 0.1 } }'), 'no batch-norm scales'],
    [
      variants('{ name: a, architecture: net1, train: { select: robust-accuracy, validation: 0 } }'),
      "variants[0].train.select (line 3) is 'robust-accuracy', but no images are held out",
    ],
    [
      variants('{ name: a, architecture: net1, train: { epochs: 60, method: { kind: ibp } } }'),
      'variants[0].train.epochs (line 3) is 60, but ε is full only after 60',
    ],
    [
      `${variants('{ name: a, architecture: net1 }')}verify: { images: { select: unanimous, groups: [[a], [b]] } }\n`,
      "verify.images.groups[1][0] (line 4) is 'b', which is no variant",
    ],
  ])('is refused: %#', (yaml, part) => {
    const error = refusal(yaml)
    expect(error.code).toBe('recipe/invalid')
    expect(error.message).toContain(part)
  })

  it('suggests the variant that was meant', () => {
    const yaml = variants('{ name: baseline, architecture: net1 }', '{ name: b, from: basline }')
    expect(refusal(yaml).hint).toBe("Did you mean 'baseline'?")
  })

  it('is accepted when the convolutional network is given batch norm', () => {
    const yaml = variants('{ name: a, architecture: cnnB, batchNorm: true, simplify: { method: neuron, ratio: 0.5 } }')
    expect(parseRecipe(yaml).variants[0].batchNorm).toBe(true)
  })
})
